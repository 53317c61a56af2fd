"""Clients of Python that know of no emulator, one by its name: what it is told at each URL, as a line of JSON."""

import asyncio
import json
import os
import socket
import ssl
import struct
import sys
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import urlopen


def of_aiohttp(url):
    aiohttp = import_module("aiohttp")

    async def ask():
        async with aiohttp.ClientSession() as session, session.get(url) as response:
            return await response.text()

    return asyncio.run(ask())


def of_urllib3(url):
    urllib3 = import_module("urllib3")

    with urllib3.PoolManager(retries=False) as pool:
        return pool.request("GET", url).data.decode()


def of_requests(url, **options):
    requests = import_module("requests")

    with requests.Session() as session:
        vars(session).update(options)
        answer = session.get(url, timeout=20)
        answer.raise_for_status()
        return answer.text


def of_requests_without_the_environment(url):
    return of_requests(url, trust_env=False, verify=os.environ["SSL_CERT_FILE"])


def of_httpx(url):
    return import_module("httpx").get(url, timeout=20).raise_for_status().text


def of_wechatpy(url):
    client = import_module("wechatpy").WeChatClient
    return json.dumps(client(os.environ["WX_APPID"], os.environ["WX_SECRET"], access_token="-").get(url))


def of_urllib(url):
    with urlopen(url, timeout=20) as response:
        return response.read().decode()


def of_a_socket(url, address=None):
    host = urlsplit(url).hostname
    plain = socket.create_connection((address or host, 443), timeout=20)
    with ssl.create_default_context().wrap_socket(plain, server_hostname=host) as secure:
        secure.sendall(f"GET /healthz HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n".encode())
        return b"".join(iter(lambda: secure.recv(65536), b"")).decode()


def of_a_resolver_of_its_own(url):
    """It asks the servers of /etc/resolv.conf itself, as c-ares and dnspython do, and reads no /etc/hosts."""
    host = urlsplit(url).hostname.encode()
    lines = Path("/etc/resolv.conf").read_text().splitlines()
    server = next(line.split()[1] for line in lines if line.startswith("nameserver"))
    name = b"".join(bytes([len(label)]) + label for label in host.split(b".")) + b"\0"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        asking.settimeout(20)
        asking.sendto(struct.pack("!6H", 7, 0x100, 1, 0, 0, 0) + name + struct.pack("!2H", 1, 1), (server, 53))
        answer = asking.recv(512)
    if answer[3] & 15:
        raise LookupError(f"answer code {answer[3] & 15}")
    return of_a_socket(url, socket.inet_ntoa(answer[-4:]))


def main(name, *urls):
    ask = globals()["of_" + name.replace(" ", "_")]
    for url in urls:
        try:
            told = {"text": ask(url)}
        except Exception as error:  # noqa: BLE001 - each has its own
            told = {"error": repr(error)}
        sys.stdout.write(json.dumps(told) + "\n")


main(*sys.argv[1:])
