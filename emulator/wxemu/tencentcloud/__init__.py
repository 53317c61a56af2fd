"""Party: Tencent Cloud's API, as its SDKs and the CloudBase CLI speak to it."""
