"""Party: CloudBase. Its gateway, its logins of web users, and its functions' HTTP API; one folder a protocol."""
