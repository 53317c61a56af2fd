"""The way into the cloud: a project's functions as packages, and their deployment with Tencent's CLI."""
