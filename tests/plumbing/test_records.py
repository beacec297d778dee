"""Records: any path survives quoting, and no input makes the reader grow without bound."""

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from modelops_bundle.errors import Invalid
from modelops_bundle.plumbing._records import (
    MAX_RECORD_BYTES,
    leading_digest,
    quote_path,
    read_paths,
    read_records,
    split_path,
    unquote_path,
)

DIGEST = "sha256:" + "a" * 64

# What a file name may hold: any bytes but NUL; those that are not UTF-8 are kept by surrogateescape.
paths = (
    st.binary(min_size=1).map(lambda raw: raw.replace(b"\0", b"")).filter(bool)
    | st.text(alphabet='ab\t\n\r"\\ ü\x7f\x01', min_size=1).map(str.encode)
).map(lambda raw: raw.decode("utf-8", "surrogateescape"))


@given(paths)
def test_a_quoted_path_is_the_same_path_again(path: str) -> None:
    assert unquote_path(quote_path(path)) == path


@given(paths)
def test_a_quoted_path_fits_into_a_line_and_behind_a_tab(path: str) -> None:
    quoted = quote_path(path)
    assert not set(quoted) & set("\t\n\r\0")
    assert (quoted == path) == (not set(path) & set('"\\\x7f') and min(path) >= " ")


@given(st.lists(paths), st.booleans())
def test_what_is_written_is_read_again(names: list[str], nul: bool) -> None:
    end = "\0" if nul else "\n"
    stream = "".join((name if nul else quote_path(name)) + end for name in names)
    raw = io.BytesIO(stream.encode("utf-8", "surrogateescape"))
    assert list(read_paths(raw, nul=nul)) == names


@given(paths, st.booleans())
def test_a_path_is_split_from_the_fields_before_it(path: str, nul: bool) -> None:
    record = f"100644 {DIGEST} 8\t{path if nul else quote_path(path)}"
    assert split_path(record, nul=nul) == (f"100644 {DIGEST} 8", path)
    assert leading_digest(f"{DIGEST}\t{path}") == leading_digest(f"{DIGEST} 8\t{path}") == DIGEST


@pytest.mark.parametrize(
    ("path", "quoted"),
    [
        ("data/größe.csv", "data/größe.csv"),
        ("with space", "with space"),
        ("it's", "it's"),
        ('say "hi"', '"say \\"hi\\""'),
        ("a\\b", '"a\\\\b"'),
        ("a\tb\nc\rd", '"a\\tb\\nc\\rd"'),
        ("\x01\x07\x1b\x7f", '"\\001\\a\\033\\177"'),
        ('ü"', '"\\303\\274\\""'),
        ('\udcff"', '"\\377\\""'),
    ],
)
def test_paths_are_quoted_as_git_does(path: str, quoted: str) -> None:
    assert quote_path(path) == quoted
    assert unquote_path(quoted) == path


@pytest.mark.parametrize("text", ['"', '"a', '"a\\"', '"a\\q"', '"\\400"', '"\\12"', '"a"b"', '"a"b'])
def test_what_was_never_quoted_like_that_is_refused(text: str) -> None:
    with pytest.raises(Invalid, match="badly quoted path"):
        unquote_path(text)


def test_quoting_is_the_same_in_every_locale(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.getfilesystemencoding", lambda: "latin-1")
    monkeypatch.setattr("os.fsencode", lambda path: path.encode("latin-1"))
    assert quote_path('ü"') == '"\\303\\274\\""'


@pytest.mark.parametrize("nul", [False, True])
def test_a_record_may_be_as_long_as_the_limit_and_no_longer(nul: bool) -> None:
    end = b"\0" if nul else b"\n"
    longest = b"x" * MAX_RECORD_BYTES
    for tail in (b"", end, end + b"y" + end):
        read = list(read_records(io.BytesIO(longest + tail), nul=nul))
        assert [len(record) for record in read] == [MAX_RECORD_BYTES, *([1] if b"y" in tail else [])]
    for tail in (b"x", b"x" + end):
        with pytest.raises(Invalid, match=f"record longer than {MAX_RECORD_BYTES} bytes"):
            list(read_records(io.BytesIO(longest + tail), nul=nul))


class Endless(io.RawIOBase):
    """A stream without an end that counts what was taken from it."""

    taken = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
        self.taken += len(buffer)
        buffer[:] = b"x" * len(buffer)
        return len(buffer)


@pytest.mark.parametrize("nul", [False, True])
def test_a_stream_without_an_end_is_given_up_in_time(nul: bool) -> None:
    raw = Endless()
    with pytest.raises(Invalid, match="record longer"):
        list(read_records(io.BufferedReader(raw), nul=nul))  # type: ignore[type-var]
    assert raw.taken < 2 * MAX_RECORD_BYTES


def test_records_are_given_out_before_the_next_one_is_there() -> None:
    class Typing(io.RawIOBase):
        """Somebody who types a line only after the last one was answered."""

        answered = 1

        def readable(self) -> bool:
            return True

        def readinto(self, buffer: bytearray) -> int:  # type: ignore[override]
            assert self.answered
            self.answered = 0
            buffer[:2] = b"x\0" if nul else b"x\n"
            return 2

    for nul in (False, True):
        typist = Typing()
        records = read_records(io.BufferedReader(typist), nul=nul)  # type: ignore[type-var]
        for _ in range(3):
            assert next(records) == "x"
            typist.answered = 1


def test_empty_records_and_line_ends_of_windows_are_left_out() -> None:
    assert list(read_records(io.BytesIO(b"a\r\n\n\r\nb"), nul=False)) == ["a", "b"]
    assert list(read_records(io.BytesIO(b"a\r\0\0b"), nul=True)) == ["a\r", "b"]


@pytest.mark.parametrize("record", ["100644", f"100644 {DIGEST} 8 path"])
def test_a_record_without_a_path_is_refused(record: str) -> None:
    with pytest.raises(Invalid, match="no TAB and path"):
        split_path(record, nul=False)


@pytest.mark.parametrize("record", ["", " ", "README.md", f"x {DIGEST}", DIGEST[:-1]])
def test_a_record_that_begins_with_no_digest_is_refused(record: str) -> None:
    with pytest.raises(Invalid, match="not a digest"):
        leading_digest(record)
