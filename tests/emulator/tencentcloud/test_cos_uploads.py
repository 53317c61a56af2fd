"""Code goes through COS's temporary bucket, with leave for one file only."""

import base64
import hashlib
from xml.etree import ElementTree as ET

import pytest
from tencent_cloud import RefusedError, zip_file

from wxemu.tencentcloud.cos import uploads

FILES = {"index.py": "def main(event, context):\n    return 'uploaded'\n"}
OBJECT = "1250000000/env-demo/fresh.zip"


class Bucket:
    """What a client of COS does with the ticket it was given."""

    def __init__(self, http, granted):
        self.http, self.sign = http, granted["Sign"]
        self.path = f"/{granted['Date']}/{OBJECT}"

    def send(self, method, path=None, *, body=b"", **query):
        return self.http.open(
            path or self.path, method=method, query_string=query, data=body, headers={"Authorization": self.sign}
        )

    def start(self):
        return ET.fromstring(self.send("POST", uploads="").data).findtext("UploadId")

    def code(self, method, path=None, **query):
        response = self.send(method, path, **query)
        return response.status_code, ET.fromstring(response.data).findtext("Code")


@pytest.fixture
def bucket(http, cloud):
    return Bucket(http, cloud.call("GetTempCosInfo", ObjectPath=OBJECT))


def create(cloud, path):
    return cloud.call(
        "CreateFunction",
        FunctionName="fresh",
        Runtime="Python3.11",
        Handler="index.main",
        Code={"TempCosObjectName": path},
    )


def test_a_file_sent_whole_becomes_a_functions_code(cloud, bucket):
    content = zip_file(FILES)
    sent = bucket.send("PUT", body=content)
    assert sent.status_code == 200
    assert sent.headers["ETag"] == f'"{hashlib.md5(content).hexdigest()}"'
    create(cloud, bucket.path)
    assert cloud.invoke("fresh")["RetMsg"] == '"uploaded"'


def test_a_file_sent_in_parts_is_put_together_in_their_order(cloud, bucket):
    content = zip_file(FILES)
    upload_id = bucket.start()
    for number, part in ((10, content[60:]), (2, content[20:60]), (1, b"sent again below"), (1, content[:20])):
        assert bucket.send("PUT", body=part, uploadId=upload_id, partNumber=number).status_code == 200
    done = ET.fromstring(bucket.send("POST", uploadId=upload_id).data)
    assert done.findtext("Key") == bucket.path.removeprefix("/")
    create(cloud, done.findtext("Key"))  # with and without the slash
    assert cloud.call("GetFunction", FunctionName="fresh")["CodeSize"] == len(content)


def test_a_file_is_there_only_once_it_is_complete(cloud, bucket):
    upload_id = bucket.start()
    bucket.send("PUT", body=zip_file(FILES), uploadId=upload_id, partNumber=1)
    with pytest.raises(RefusedError, match=r"^ResourceNotFound\.CosObject"):
        create(cloud, bucket.path)


def test_a_file_sent_again_replaces_the_first(cloud, bucket):
    bucket.send("PUT", body=b"no zip")
    bucket.send("PUT", body=zip_file(FILES))
    create(cloud, bucket.path)


def test_a_file_is_gone_after_an_hour(cloud, bucket, clock):
    bucket.send("PUT", body=zip_file(FILES))
    clock.advance(uploads.LIFE)
    with pytest.raises(RefusedError, match=r"^ResourceNotFound\.CosObject"):
        create(cloud, bucket.path)


def test_old_files_are_forgotten_when_new_ones_come(bucket, world, clock):
    bucket.send("PUT", body=b"old")
    clock.advance(uploads.LIFE)
    with world.transaction():
        uploads.put(world, appid="wx1", path="/new", content=b"new")
    assert [row["content"] for row in world.store.rows("SELECT content FROM upload_parts")] == [b"new"]


def test_an_account_does_not_see_anothers_files(cloud, bucket, other_cloud):
    bucket.send("PUT", body=zip_file(FILES))
    code = {"TempCosObjectName": bucket.path}
    given = {"FunctionName": "fresh", "Runtime": "Python3.11", "Namespace": "env-other", "Code": code}
    assert other_cloud.code_of_refusal("CreateFunction", **given) == "ResourceNotFound.CosObject"


def changed(before, after):
    return lambda sign: base64.b64encode(base64.b64decode(sign).replace(before, after)).decode()


@pytest.mark.parametrize(
    ("file", "change"),
    [
        ("other", lambda sign: sign),  # a ticket is for one file
        ("other", changed(b"fresh", b"other")),
        ("fresh", changed(b"AKID", b"KAID")),  # of nobody's account
        *(
            ("fresh", lambda _, sign=sign: sign)
            for sign in ("", "no base64!", "eHh4eHh4eHh4eHh4eHh4eHh4eHhhPTE=", "/////w==")
        ),
    ],
)
def test_a_ticket_that_is_not_right_is_refused(bucket, file, change):
    bucket.sign = change(bucket.sign)
    assert bucket.code("PUT", bucket.path.replace("fresh", file)) == (403, "AccessDenied")


def test_a_ticket_ends(bucket, clock):
    clock.advance(1800)
    assert bucket.code("PUT") == (403, "AccessDenied")


def test_with_signatures_off_a_ticket_only_says_whose_it_is(bucket, control, clock):
    control.set(verify_signatures=False)
    clock.advance(1800)
    assert bucket.send("PUT", bucket.path.replace("fresh", "other")).status_code == 200


def test_the_list_of_unfinished_uploads_is_always_empty(bucket):
    bucket.start()
    found = ET.fromstring(bucket.send("GET", "/", uploads="", prefix=bucket.path.removeprefix("/")).data)
    assert found.tag == "ListMultipartUploadsResult"
    assert found.find("Upload") is None


def test_the_list_of_unfinished_uploads_needs_a_ticket(bucket):
    assert bucket.code("GET", "/", uploads="", prefix="else") == (403, "AccessDenied")


def test_an_upload_that_nobody_started_is_unknown(bucket):
    assert bucket.code("PUT", uploadId="nothing", partNumber=1) == (404, "NoSuchUpload")
    assert bucket.code("POST", uploadId="nothing") == (404, "NoSuchUpload")


def test_a_complete_upload_takes_no_more_parts(bucket):
    upload_id = bucket.start()
    bucket.send("PUT", body=b"part", uploadId=upload_id, partNumber=1)
    bucket.send("POST", uploadId=upload_id)
    assert bucket.code("PUT", uploadId=upload_id, partNumber=2) == (404, "NoSuchUpload")


@pytest.mark.parametrize("number", ["0", "10001", "-1", "", "one", "٣", "9" * 5000])
def test_a_part_has_a_number_from_1_to_10000(bucket, number):
    assert bucket.code("PUT", uploadId=bucket.start(), partNumber=number) == (400, "InvalidArgument")


def test_a_file_has_at_most_the_bytes_of_a_package(bucket, monkeypatch):
    monkeypatch.setattr(uploads, "LARGEST", 10)
    upload_id = bucket.start()
    assert bucket.send("PUT", body=b"12345", uploadId=upload_id, partNumber=1).status_code == 200
    assert bucket.send("PUT", body=b"123456", uploadId=upload_id, partNumber=1).status_code == 200
    assert bucket.code("PUT", uploadId=upload_id, partNumber=2, body=b"12345") == (400, "EntityTooLarge")


def test_a_post_that_is_no_operation_is_refused(bucket):
    assert bucket.code("POST") == (400, "InvalidArgument")


def test_the_root_is_no_bucket_to_look_into(http):
    assert http.get("/", headers={"Host": "bucket.cos.ap-shanghai.myqcloud.com"}).json["errcode"] == 40066
