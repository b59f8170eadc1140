"""Office files are archives: written with one moment, the same content gives the same bytes."""

import io
import re
import zipfile
from datetime import datetime

MOMENT = datetime(2000, 1, 1)
_STAMP = re.compile(rb"(<dcterms:(created|modified)[^>]*>)[^<]*(</)")


def without_time(content: bytes) -> bytes:
    """The same archive with a fixed time on every member, also of archives in it."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(target, "w") as new:
        for name in sorted(old.namelist(), key=lambda name: (name != "[Content_Types].xml", name)):
            member = zipfile.ZipInfo(name, MOMENT.timetuple()[:6])
            member.compress_type = zipfile.ZIP_DEFLATED
            data = old.read(name)
            if name.endswith(".xlsx"):
                data = without_time(data)
            elif name == "docProps/core.xml":
                data = _STAMP.sub(rf"\g<1>{MOMENT:%Y-%m-%dT%H:%M:%SZ}\g<3>".encode(), data)
            new.writestr(member, data)
    return target.getvalue()
