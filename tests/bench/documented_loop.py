"""The loop in the API's documentation: submit, ask every 2 s, save.

`python documented_loop.py PROMPT FILE` makes one picture. `python documented_loop.py --threads N
PICTURES` makes so many in the working folder, with N threads that each run the loop.

The API's address and a token are in the environment. Only the standard library is imported, so it
starts sooner than the documented one with `requests`.
"""

import json
import os
import sys
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from typing import Any

API = os.environ["KREA_API_BASE"]
HEADERS = {
    "Authorization": f"Bearer {os.environ['KREA_API_KEY']}",
    "Content-Type": "application/json",
}
POLL_SECONDS = 2.0


def request_json(path: str, body: bytes | None = None) -> dict[str, Any]:
    """The JSON answer to a GET, or to a POST of BODY."""
    request = urllib.request.Request(API + path, body, HEADERS)
    with urllib.request.urlopen(request, timeout=60) as answer:
        fields: dict[str, Any] = json.load(answer)
        return fields


def make_picture(prompt: str, file: str) -> None:
    """Make the picture of PROMPT and save it as FILE."""
    body = {"prompt": prompt, "width": 512, "height": 512}
    job_id = request_json("/generate/image/bfl/flux-1-dev", json.dumps(body).encode())["job_id"]
    while (job := request_json(f"/jobs/{job_id}"))["status"] != "completed":
        time.sleep(POLL_SECONDS)
    with urllib.request.urlopen(job["result"]["urls"][0], timeout=60) as answer:
        content = answer.read()
    with open(file, "wb") as picture:
        picture.write(content)


def make_pictures(threads: int, pictures: int) -> None:
    """Make PICTURES pictures in the working folder, THREADS at a time."""
    names = [f"a fox in picture {number}" for number in range(1, pictures + 1)]
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(lambda name: make_picture(name, f"{name}.png"), names):
            pass


if __name__ == "__main__":
    if sys.argv[1] == "--threads":
        make_pictures(int(sys.argv[2]), int(sys.argv[3]))
    else:
        make_picture(*sys.argv[1:])
