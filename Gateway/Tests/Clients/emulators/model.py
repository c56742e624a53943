"""The model behind all emulators: it answers by rule, so that every answer can be foretold."""
import base64
import binascii
import hashlib
import re
from dataclasses import dataclass, field


@dataclass
class Prompt:
    """What a model is asked, whatever the dialect."""
    text: str = ""
    tools: list[str] = field(default_factory=list)
    images: list[bytes] = field(default_factory=list)


@dataclass
class Reply:
    """What it says to that.

    It repeats the user's last text. `fail:429` in it fails the record with that HTTP status,
    `call:` calls the first tool with the text as its argument, `length:` ends the answer early.
    Images are named by the hash of their bytes, which proves that they arrived whole.
    """
    prompt: Prompt

    @property
    def failure(self):
        match = re.search(r"fail:(\d{3})", self.prompt.text)
        return int(match[1]) if match else None

    @property
    def message(self):
        return f"The model refused “{self.prompt.text}”."

    @property
    def tool(self):
        return self.prompt.tools[0] if "call:" in self.prompt.text and self.prompt.tools else None

    @property
    def arguments(self):
        return {"city": self.prompt.text, "days": 3, "nested": {"list": [1.5, None, True, ""]}}

    @property
    def is_cut(self):
        return "length:" in self.prompt.text

    @property
    def text(self):
        return f"Echo: {self.prompt.text}" + "".join(
            f" [image {hashlib.sha256(image).hexdigest()[:8]}]" for image in self.prompt.images)

    def finish(self, stop, length, tool):
        """Why it ended, in the words of a dialect."""
        return tool if self.tool else length if self.is_cut else stop

    @property
    def input_tokens(self):
        return len(self.prompt.text)

    @property
    def output_tokens(self):
        return len(self.text)


def decoded(data):
    """The bytes of an image; base64 that is not well-formed is no image."""
    try:
        return base64.b64decode(data, validate=True)
    except binascii.Error as error:
        raise ValueError(f"an image is not base64: {error}") from None
