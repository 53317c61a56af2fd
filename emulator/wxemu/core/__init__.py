"""The domain: every rule of WeChat's login, tokens and SOTER, with no HTTP and no wire formats."""
