"""Face: the bucket of COS, Tencent Cloud's object storage, that code is uploaded through."""
