PRAGMA user_version = 2;
BEGIN TRANSACTION;
CREATE TABLE api_tokens (
  token TEXT PRIMARY KEY, appid TEXT NOT NULL, env TEXT NOT NULL, function TEXT NOT NULL, openid TEXT,
  permissions TEXT NOT NULL, expires_at REAL NOT NULL, request_id TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "api_tokens" VALUES('lhAENNzDGviXKBBI3gM4_AWzlGzcUv5ziRU8lpoetlhSEX2zC4aVnzNTlmSR_DyT','wx1234567890abcdef','env-demo','ask','oAlice','["soter.verifySignature"]',1700000600.0,'11111111-2222-4333-8444-555555555555');
CREATE TABLE apps (
  appid TEXT PRIMARY KEY, secret TEXT NOT NULL, env TEXT NOT NULL,
  secret_id TEXT NOT NULL UNIQUE, secret_key TEXT NOT NULL, restrictions TEXT NOT NULL
) WITHOUT ROWID;
INSERT INTO "apps" VALUES('wx1234567890abcdef','0123456789abcdef0123456789abcdef','env-demo','AKIDlocal','local-secret-key','{"forbidden": [], "ip_refusal": null, "ip_whitelist": [], "is_secret_frozen": false, "unauthorized": []}');
CREATE TABLE auth_keys (
  appid TEXT NOT NULL, openid TEXT NOT NULL, phone_id TEXT NOT NULL, public_key TEXT NOT NULL,
  PRIMARY KEY (appid, openid, phone_id)
) WITHOUT ROWID;
CREATE TABLE codes (
  code TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, expires_at REAL NOT NULL,
  is_used INTEGER NOT NULL DEFAULT 0, session_key TEXT
) WITHOUT ROWID;
CREATE TABLE exchanges (
  number INTEGER PRIMARY KEY AUTOINCREMENT, rid TEXT NOT NULL, at REAL NOT NULL, face TEXT NOT NULL, name TEXT NOT NULL, appid TEXT,
  method TEXT NOT NULL, url TEXT NOT NULL, request_body TEXT NOT NULL, response_body TEXT NOT NULL,
  cost_in_ms REAL NOT NULL, client_ip TEXT NOT NULL, user_agent TEXT NOT NULL, status INTEGER NOT NULL,
  api TEXT, errcode TEXT, request_id TEXT, given TEXT, layers TEXT, token_digest TEXT, remark TEXT
);
INSERT INTO "exchanges" VALUES(1,'00000001-00000000-00000000',1700000000.0,'wechat','soter.verifySignature','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','{"errcode":0,"errmsg":"ok"}',1.5,'127.0.0.1','',200,NULL,'0',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "exchanges" VALUES(2,'00000002-00000000-00000000',1700000000.0,'phone','wx.login','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','{"code":"x","errMsg":"login:ok"}',1.5,'127.0.0.1','',200,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "exchanges" VALUES(3,'00000003-00000000-00000000',1700000000.0,'wechat','auth.checkSessionKey','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','{"errcode":87009}',1.5,'127.0.0.1','',200,NULL,'87009',NULL,NULL,NULL,NULL,NULL);
INSERT INTO "exchanges" VALUES(4,'00000004-00000000-00000000',1700000000.0,'wechat','soter.verifySignature','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','{"is_ok":false}',1.5,'127.0.0.1','',200,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "exchanges" VALUES(5,'00000005-00000000-00000000',1700000000.0,'cloudbase','soter.verifySignature','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','{"data":{"responseData":"{\"is_ok\":false}"}}',1.5,'127.0.0.1','',200,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "exchanges" VALUES(6,'00000006-00000000-00000000',1700000000.0,'phone','soter.verifySignature','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','{"errMsg":"cloud.callFunction:ok","result":{"errCode":40003}}',1.5,'127.0.0.1','',200,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "exchanges" VALUES(7,'00000007-00000000-00000000',1700000000.0,'phone','soter.verifySignature','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','{"result":{"errCode":0,"isOk":false}}',1.5,'127.0.0.1','',200,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "exchanges" VALUES(8,'00000008-00000000-00000000',1700000000.0,'wechat','soter.verifySignature','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','<html>',1.5,'127.0.0.1','',502,NULL,NULL,NULL,NULL,NULL,NULL,NULL);
INSERT INTO "exchanges" VALUES(9,'00000009-00000000-00000000',1700000000.0,'wechat','soter.verifySignature','wx1234567890abcdef','POST','/cgi-bin/soter/verify_signature','{}','{"errcode":0,"errmsg":"ok","is_ok":true}',1.5,'127.0.0.1','',200,NULL,'0',NULL,NULL,NULL,NULL,NULL);
CREATE TABLE faults (
  number INTEGER PRIMARY KEY AUTOINCREMENT, api TEXT, function TEXT, appid TEXT, errcode INTEGER, errmsg TEXT, reply TEXT,
  status INTEGER, body TEXT, failure TEXT, latency_ms REAL NOT NULL, is_abort INTEGER NOT NULL, times INTEGER,
  probability REAL NOT NULL, hits INTEGER NOT NULL
);
CREATE TABLE forced_refreshes (appid TEXT NOT NULL, at REAL NOT NULL);
CREATE TABLE former_sessions (
  appid TEXT NOT NULL, openid TEXT NOT NULL, session_key TEXT NOT NULL, issued_at REAL NOT NULL, expires_at REAL NOT NULL,
  ended_at REAL NOT NULL, PRIMARY KEY (appid, openid, session_key)
) WITHOUT ROWID;
CREATE TABLE functions (
  env TEXT NOT NULL, name TEXT NOT NULL, configuration TEXT, PRIMARY KEY (env, name)
) WITHOUT ROWID;
CREATE TABLE invocations (
  number INTEGER PRIMARY KEY AUTOINCREMENT, request_id TEXT NOT NULL UNIQUE, env TEXT NOT NULL, function TEXT NOT NULL, at REAL NOT NULL,
  duration_ms REAL NOT NULL, memory_bytes INTEGER NOT NULL, is_ok INTEGER NOT NULL, log TEXT NOT NULL, result TEXT NOT NULL
);
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
INSERT INTO "meta" VALUES('clock','{"since": 1795908187.7201054, "shown": 1700000000.0, "scale": 0.0}');
INSERT INTO "meta" VALUES('draws','1');
INSERT INTO "meta" VALUES('is_planted','true');
INSERT INTO "meta" VALUES('seed','{"apps": [{"appid": "wx1234567890abcdef", "secret": "0123456789abcdef0123456789abcdef", "env": "env-demo", "secret_id": "AKIDlocal", "secret_key": "local-secret-key", "users": [{"openid": "oAlice", "session_key": "o0q0otL8aEzpcZL/FT9WsQ=="}]}]}');
CREATE TABLE open_data (
  cloud_id TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, data TEXT NOT NULL, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE packages (
  env TEXT NOT NULL, package TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (env, package)
);
CREATE TABLE phones (
  phone_id TEXT PRIMARY KEY, appid TEXT NOT NULL, openid TEXT NOT NULL, profile TEXT NOT NULL,
  cpu_id TEXT NOT NULL, uid TEXT NOT NULL, counter INTEGER NOT NULL, enrolled TEXT NOT NULL,
  attk TEXT, ask TEXT, auth_key TEXT, failures INTEGER NOT NULL, locked_until REAL NOT NULL, latest_code TEXT, override TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE quotas (
  appid TEXT NOT NULL, api TEXT NOT NULL, period TEXT NOT NULL, subject TEXT NOT NULL, started INTEGER NOT NULL, calls INTEGER NOT NULL,
  PRIMARY KEY (appid, api, period, subject)
) WITHOUT ROWID;
CREATE TABLE rsa_keys (origin TEXT NOT NULL, number INTEGER NOT NULL, pem TEXT NOT NULL, PRIMARY KEY (origin, number)) WITHOUT ROWID;
CREATE TABLE saved_events (
  env TEXT NOT NULL, function TEXT NOT NULL, name TEXT NOT NULL, event TEXT NOT NULL, sender TEXT NOT NULL, openid TEXT NOT NULL,
  PRIMARY KEY (env, function, name)
) WITHOUT ROWID;
CREATE TABLE sessions (
  appid TEXT NOT NULL, openid TEXT NOT NULL, session_key TEXT NOT NULL, issued_at REAL NOT NULL, expires_at REAL NOT NULL,
  PRIMARY KEY (appid, openid)
) WITHOUT ROWID;
INSERT INTO "sessions" VALUES('wx1234567890abcdef','oAlice','o0q0otL8aEzpcZL/FT9WsQ==',1700000000.0,1700259200.0);
CREATE TABLE signed_texts (
  number INTEGER PRIMARY KEY AUTOINCREMENT, appid TEXT NOT NULL, openid TEXT NOT NULL, phone_id TEXT NOT NULL, at REAL NOT NULL,
  text TEXT NOT NULL, given_text TEXT NOT NULL, signature TEXT NOT NULL, override TEXT NOT NULL
);
CREATE TABLE snapshots (name TEXT PRIMARY KEY, saved_at REAL NOT NULL, document TEXT NOT NULL);
INSERT INTO "snapshots" VALUES('before',1700000000.0,'{
 "wxcloud-state": 2,
 "functions": {},
 "world": {
  "api_tokens": [
   {
    "token": "lhAENNzDGviXKBBI3gM4_AWzlGzcUv5ziRU8lpoetlhSEX2zC4aVnzNTlmSR_DyT",
    "appid": "wx1234567890abcdef",
    "env": "env-demo",
    "function": "ask",
    "openid": "oAlice",
    "permissions": "[\"soter.verifySignature\"]",
    "expires_at": 1700000600.0,
    "request_id": "11111111-2222-4333-8444-555555555555"
   }
  ],
  "apps": [
   {
    "appid": "wx1234567890abcdef",
    "secret": "0123456789abcdef0123456789abcdef",
    "env": "env-demo",
    "secret_id": "AKIDlocal",
    "secret_key": "local-secret-key",
    "restrictions": "{\"forbidden\": [], \"ip_refusal\": null, \"ip_whitelist\": [], \"is_secret_frozen\": false, \"unauthorized\": []}"
   }
  ],
  "auth_keys": [],
  "codes": [],
  "faults": [],
  "forced_refreshes": [],
  "former_sessions": [],
  "functions": [],
  "meta": [
   {
    "name": "clock",
    "value": "{\"since\": 1795908187.7201054, \"shown\": 1700000000.0, \"scale\": 0.0}"
   },
   {
    "name": "draws",
    "value": "1"
   },
   {
    "name": "is_planted",
    "value": "true"
   },
   {
    "name": "seed",
    "value": "{\"apps\": [{\"appid\": \"wx1234567890abcdef\", \"secret\": \"0123456789abcdef0123456789abcdef\", \"env\": \"env-demo\", \"secret_id\": \"AKIDlocal\", \"secret_key\": \"local-secret-key\", \"users\": [{\"openid\": \"oAlice\", \"session_key\": \"o0q0otL8aEzpcZL/FT9WsQ==\"}]}]}"
   }
  ],
  "open_data": [],
  "packages": [],
  "phones": [],
  "quotas": [],
  "rsa_keys": [],
  "sessions": [
   {
    "appid": "wx1234567890abcdef",
    "openid": "oAlice",
    "session_key": "o0q0otL8aEzpcZL/FT9WsQ==",
    "issued_at": 1700000000.0,
    "expires_at": 1700259200.0
   }
  ],
  "signed_texts": [],
  "tokens": [],
  "upload_parts": [],
  "uploads": [],
  "users": [
   {
    "appid": "wx1234567890abcdef",
    "openid": "oAlice",
    "unionid": null,
    "is_high_risk": 0
   }
  ],
  "web_key": [],
  "web_logins": [],
  "web_users": []
 }
}
');
CREATE TABLE tokens (
  token TEXT PRIMARY KEY, appid TEXT NOT NULL, kind TEXT NOT NULL,
  issued_at REAL NOT NULL, expires_at REAL NOT NULL, replaced_at REAL
) WITHOUT ROWID;
CREATE TABLE upload_parts (
  number INTEGER NOT NULL, upload_id TEXT NOT NULL, content BLOB NOT NULL, PRIMARY KEY (upload_id, number)
);
CREATE TABLE uploads (
  upload_id TEXT PRIMARY KEY, appid TEXT NOT NULL, path TEXT NOT NULL, started_at REAL NOT NULL, is_complete INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE users (
  appid TEXT NOT NULL, openid TEXT NOT NULL, unionid TEXT, is_high_risk INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (appid, openid)
) WITHOUT ROWID;
INSERT INTO "users" VALUES('wx1234567890abcdef','oAlice',NULL,0);
CREATE TABLE web_key (number INTEGER PRIMARY KEY CHECK (number = 1), key BLOB NOT NULL);
CREATE TABLE web_logins (
  login_id TEXT PRIMARY KEY, env TEXT NOT NULL, uuid TEXT NOT NULL, refresh_token TEXT NOT NULL UNIQUE, expires_at REAL NOT NULL
) WITHOUT ROWID;
CREATE TABLE web_users (
  env TEXT NOT NULL, device_id TEXT NOT NULL, uuid TEXT NOT NULL, PRIMARY KEY (env, device_id)
) WITHOUT ROWID;
CREATE INDEX tokens_by_app ON tokens (appid, kind, issued_at);
CREATE INDEX signed_texts_by_phone ON signed_texts (phone_id, number);
CREATE INDEX api_tokens_by_end ON api_tokens (expires_at);
CREATE INDEX invocations_by_function ON invocations (env, function, at);
CREATE INDEX exchanges_by_rid ON exchanges (rid)
;
DELETE FROM "sqlite_sequence";
INSERT INTO "sqlite_sequence" VALUES('exchanges',9);
COMMIT;
