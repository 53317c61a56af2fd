CREATE TABLE user_storage (
  appid TEXT NOT NULL, openid TEXT NOT NULL, key TEXT NOT NULL, value TEXT NOT NULL, PRIMARY KEY (appid, openid, key)
) WITHOUT ROWID;
CREATE TABLE interactive_data (
  appid TEXT NOT NULL, openid TEXT NOT NULL, key TEXT NOT NULL, value INTEGER NOT NULL, PRIMARY KEY (appid, openid, key)
) WITHOUT ROWID;
CREATE TABLE encrypt_keys (
  appid TEXT NOT NULL, openid TEXT NOT NULL, version INTEGER NOT NULL, encrypt_key TEXT NOT NULL, iv TEXT NOT NULL, created_at REAL NOT NULL,
  PRIMARY KEY (appid, openid, version)
) WITHOUT ROWID
