"""Call every operation with the published Python SDK, as its page shows it; the mock accepts all but two.

`inpaint` sends the mask as bytes, where the API takes areas or a URL. `enhance_upscale` is not in the SDK.
"""

import os

from legnext import Client
from legnext.types import Canvas, CanvasImg, Mask, Polygon

IMAGE = "https://example.com/image.png"
CANVAS, PLACE = Canvas(width=1024, height=1024), CanvasImg(width=512, height=512, x=256, y=256)
MASK = Mask(areas=[Polygon(width=500, height=500, points=[10, 10, 10, 100, 100, 100])])

with Client(api_key=os.environ["LEGNEXT_API_KEY"], base_url=os.environ["LEGNEXT_BASE_URL"]) as client:
    grid = client.midjourney.diffusion(text="a lighthouse complete-at-once --v 7 --draft").job_id
    film = client.midjourney.video_diffusion(prompt=f"{IMAGE} waves complete-at-once").job_id
    one = {"job_id": grid, "image_no": 0}
    calls = {
        "variation": {**one, "type": 0},
        "upscale": {**one, "type": 0},
        "reroll": {"job_id": grid},
        "blend": {"img_urls": [IMAGE, IMAGE], "aspect_ratio": "1:1"},
        "describe": {"img_url": IMAGE},
        "shorten": {"prompt": "a lighthouse"},
        "pan": {**one, "direction": 0, "scale": 1.5},
        "outpaint": {**one, "scale": 1.5},
        "inpaint": {**one, "mask": b"\x89PNG", "remix_prompt": "a tree"},
        "remix": {**one, "remix_prompt": "at night"},
        "edit": {**one, "canvas": CANVAS, "img_pos": PLACE, "remix_prompt": "a beach"},
        "upload_paint": {"img_url": IMAGE, "canvas": CANVAS, "img_pos": PLACE, "remix_prompt": "a beach", "mask": MASK},
        "retexture": {"img_url": IMAGE, "remix_prompt": "oil on canvas"},
        "remove_background": {"img_url": IMAGE},
        "enhance": one,
        "enhance_upscale": {"image_url": IMAGE},
        "extend_video": {"job_id": film, "video_no": 0},
        "video_upscale": {"job_id": film, "video_no": 0},
    }
    refused = {}
    for name, arguments in calls.items():
        try:
            getattr(client.midjourney, name)(**arguments)
        except Exception as error:  # whatever it is, it is counted
            refused[name] = repr(error)
    client.tasks.get(grid)
    assert client.account.balance().available_credits
print(f"{22 - len(refused)} of 22", refused)
assert set(refused) == {"inpaint", "enhance_upscale"}
