CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE rsa_keys (origin TEXT NOT NULL, number INTEGER NOT NULL, pem TEXT NOT NULL, PRIMARY KEY (origin, number)) WITHOUT ROWID;
CREATE TABLE apps (
  appid TEXT PRIMARY KEY, secret TEXT NOT NULL, env TEXT NOT NULL,
  secret_id TEXT NOT NULL UNIQUE, secret_key TEXT NOT NULL, restrictions TEXT NOT NULL, app_key TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE users (
  appid TEXT NOT NULL, openid TEXT NOT NULL, unionid TEXT, is_high_risk INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (appid, openid)
) WITHOUT ROWID;
CREATE TABLE tokens (
  token TEXT PRIMARY KEY, appid TEXT NOT NULL, kind TEXT NOT NULL,
  issued_at REAL NOT NULL, expires_at REAL NOT NULL, replaced_at REAL
) WITHOUT ROWID;
CREATE INDEX tokens_by_app ON tokens (appid, kind, issued_at);
CREATE TABLE forced_refreshes (appid TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE codes (
  code TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, expires_at REAL NOT NULL,
  is_used INTEGER NOT NULL DEFAULT 0, session_key TEXT
) WITHOUT ROWID;
CREATE INDEX codes_by_end ON codes (expires_at);
CREATE TABLE sessions (
  appid TEXT NOT NULL, openid TEXT NOT NULL, session_key TEXT NOT NULL, issued_at REAL NOT NULL, expires_at REAL NOT NULL,
  PRIMARY KEY (appid, openid)
) WITHOUT ROWID;
CREATE TABLE former_sessions (
  appid TEXT NOT NULL, openid TEXT NOT NULL, session_key TEXT NOT NULL, issued_at REAL NOT NULL, expires_at REAL NOT NULL,
  ended_at REAL NOT NULL, PRIMARY KEY (appid, openid, session_key)
) WITHOUT ROWID;
CREATE TABLE phones (
  phone_id TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, profile TEXT NOT NULL,
  cpu_id TEXT NOT NULL, uid TEXT NOT NULL, counter INTEGER NOT NULL, enrolled TEXT NOT NULL,
  attk TEXT, ask TEXT, auth_key TEXT, failures INTEGER NOT NULL, locked_until REAL NOT NULL, latest_code TEXT, override TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE auth_keys (
  appid TEXT NOT NULL, openid TEXT NOT NULL, phone_id TEXT NOT NULL, public_key TEXT NOT NULL,
  PRIMARY KEY (appid, openid, phone_id)
) WITHOUT ROWID;
CREATE TABLE signed_texts (
  number INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, openid TEXT NOT NULL, phone_id TEXT NOT NULL, at REAL NOT NULL,
  text TEXT NOT NULL, given_text TEXT NOT NULL, signature TEXT NOT NULL, override TEXT NOT NULL
);
CREATE INDEX signed_texts_by_phone ON signed_texts (phone_id, number);
CREATE TABLE wx_api_tokens (
  wx_api_token TEXT PRIMARY KEY, appid TEXT NOT NULL, env TEXT NOT NULL, function TEXT NOT NULL, openid TEXT,
  permissions TEXT NOT NULL, expires_at REAL NOT NULL, request_id TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX wx_api_tokens_by_end ON wx_api_tokens (expires_at);
CREATE TABLE web_users (
  env TEXT NOT NULL, device_id TEXT NOT NULL, uuid TEXT NOT NULL, PRIMARY KEY (env, device_id)
) WITHOUT ROWID;
CREATE TABLE web_logins (
  login_id TEXT PRIMARY KEY, env TEXT NOT NULL, uuid TEXT NOT NULL, refresh_token TEXT NOT NULL UNIQUE, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX web_logins_by_end ON web_logins (expires_at);
CREATE TABLE web_key (number INTEGER PRIMARY KEY CHECK (number = 1), key BLOB NOT NULL);
CREATE TABLE functions (
  env TEXT NOT NULL, name TEXT NOT NULL, configuration TEXT, PRIMARY KEY (env, name)
) WITHOUT ROWID;
CREATE TABLE packages (
  env TEXT NOT NULL, package TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (env, package)
);
CREATE TABLE saved_events (
  env TEXT NOT NULL, function TEXT NOT NULL, name TEXT NOT NULL, event TEXT NOT NULL, sender TEXT NOT NULL, openid TEXT NOT NULL,
  PRIMARY KEY (env, function, name)
) WITHOUT ROWID;
CREATE TABLE snapshots (name TEXT PRIMARY KEY, saved_at REAL NOT NULL, document TEXT NOT NULL);
CREATE TABLE uploads (
  upload_id TEXT PRIMARY KEY, appid TEXT NOT NULL, path TEXT NOT NULL, started_at REAL NOT NULL, is_complete INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE upload_parts (
  number INTEGER NOT NULL, upload_id TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (upload_id, number)
);
CREATE TABLE invocations (
  number INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL UNIQUE, env TEXT NOT NULL, function TEXT NOT NULL, at REAL NOT NULL,
  duration_ms REAL NOT NULL, memory_bytes INTEGER NOT NULL, is_ok INTEGER NOT NULL, log TEXT NOT NULL, result TEXT NOT NULL
);
CREATE INDEX invocations_by_function ON invocations (env, function, at);
CREATE TABLE open_data (
  cloud_id TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, data TEXT NOT NULL, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE INDEX open_data_by_end ON open_data (expires_at);
CREATE TABLE quotas (
  appid TEXT NOT NULL, api TEXT NOT NULL, period TEXT NOT NULL, subject TEXT NOT NULL, started INTEGER NOT NULL, calls INTEGER NOT NULL,
  PRIMARY KEY (appid, api, period, subject)
) WITHOUT ROWID;
CREATE TABLE faults (
  number INTEGER PRIMARY KEY AUTOINCREMENT, api TEXT, function TEXT, appid TEXT, errcode INTEGER, errmsg TEXT, reply TEXT,
  status INTEGER, body TEXT, failure TEXT, latency_ms REAL NOT NULL, is_abort INTEGER NOT NULL, times INTEGER,
  probability REAL NOT NULL, hits INTEGER NOT NULL
);
CREATE TABLE exchanges (
  number INTEGER PRIMARY KEY AUTOINCREMENT, rid TEXT NOT NULL, at REAL NOT NULL, face TEXT NOT NULL, name TEXT NOT NULL, appid TEXT,
  method TEXT NOT NULL, url TEXT NOT NULL, request_body TEXT NOT NULL, response_body TEXT NOT NULL,
  cost_in_ms REAL NOT NULL, client_ip TEXT NOT NULL, user_agent TEXT NOT NULL, status INTEGER NOT NULL,
  api TEXT, errcode TEXT, request_id TEXT, given TEXT, layers TEXT, token_digest TEXT, remark TEXT,
  outcome TEXT NOT NULL, is_failure INTEGER NOT NULL
);
CREATE INDEX exchanges_by_rid ON exchanges (rid)
