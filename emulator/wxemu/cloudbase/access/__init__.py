"""HTTP access: functions as they are asked by any HTTP client."""
