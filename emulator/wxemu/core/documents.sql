CREATE TABLE collections (env TEXT NOT NULL, name TEXT NOT NULL, acl TEXT NOT NULL, PRIMARY KEY (env, name)) WITHOUT ROWID;
CREATE TABLE documents (
  env TEXT NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL,
  PRIMARY KEY (env, collection, key)
);
CREATE INDEX documents_in_order ON documents (env, collection, number);
CREATE TABLE transactions (
  env TEXT NOT NULL, transaction_id TEXT PRIMARY KEY, started_at REAL NOT NULL, has_begun INTEGER NOT NULL, is_busy INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE snapshot_documents (
  env TEXT NOT NULL, transaction_id TEXT NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL, number INTEGER, document TEXT,
  PRIMARY KEY (transaction_id, collection, key)
);
CREATE TABLE transaction_documents (
  env TEXT NOT NULL, transaction_id TEXT NOT NULL, collection TEXT NOT NULL, key TEXT NOT NULL, number INTEGER NOT NULL, document TEXT,
  PRIMARY KEY (transaction_id, collection, key)
)
