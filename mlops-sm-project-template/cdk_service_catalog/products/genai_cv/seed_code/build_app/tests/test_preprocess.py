"""Pictures of one's own: what is nearly the same is never in both parts of a split."""

import io
import json
import random
from pathlib import Path

import pytest
from declaration import Data, Declaration, Gate, Split
from PIL import Image, ImageEnhance, ImageOps
from preprocess import Frame, parts, read_pairs, write_pairs
from similar import fingerprints, groups

from ml_pipelines import declared


def picture(seed: int, size: int = 64) -> Image.Image:
    """Blots of colours, smoothed, as a photograph is."""
    draw = random.Random(seed)
    small = Image.new("RGB", (6, 6))
    small.putdata([tuple(draw.randrange(256) for _ in range(3)) for _ in range(36)])
    return small.resize((size, size), Image.Resampling.BICUBIC)


def saved(folder: Path, found: Image.Image) -> Path:
    """A picture as Preprocess keeps it, with a name of its own."""
    folder.mkdir(exist_ok=True)
    file = folder / f"{len([*folder.iterdir()]):05}.png"
    found.save(file)
    return file


def as_jpeg(found: Image.Image) -> Image.Image:
    file = io.BytesIO()
    found.save(file, format="JPEG", quality=20)
    return Image.open(file).convert("RGB")


FRAME = Frame(original=(64, 64), crop=(0, 0))
COPIES = {
    "itself": lambda found: found.copy(),
    "smaller": lambda found: found.resize((40, 40)),
    "compressed": as_jpeg,
    "mirrored": ImageOps.mirror,
    "brighter": lambda found: ImageEnhance.Brightness(found).enhance(1.06),
    "cut": lambda found: ImageOps.fit(found.crop((1, 1, 64, 64)), (64, 64)),
}


@pytest.mark.parametrize("kind", COPIES)
def test_what_is_nearly_the_same_is_one_group(kind: str) -> None:
    pictures = [picture(seed) for seed in range(12)]
    copies = [COPIES[kind](found) for found in pictures]
    found = groups([*pictures, *copies], [""] * 24)
    assert found[:12] == found[12:]
    assert len({*found}) == 12


def test_a_group_that_the_data_name_stays_together_with_its_copies() -> None:
    first, second, third = (picture(seed) for seed in range(3))
    found = groups([first, second, third, ImageOps.mirror(second)], ["a", "", "a", "b"])
    assert found[0] == found[2] != found[1] == found[3]


def test_copies_never_cross_a_split(tmp_path: Path) -> None:
    found = {f"picture {n}": picture(n) for n in range(10)}
    found |= {f"{prompt} again": as_jpeg(each) for prompt, each in found.items()}
    pairs = [(saved(tmp_path, each), prompt, FRAME, "", {}) for prompt, each in found.items()]
    for seed in range(5):
        declared_ = Declaration(
            data=Data(file="data"),
            task="text-to-image",
            gate=Gate(metric="denoising", minimum_rows=1),
            split=Split(seed=seed),
        )
        train, test = (
            {p.removesuffix(" again") for _, p, *_ in part} for part in parts(pairs, declared_)
        )
        assert train and test and not train & test


def test_the_grounds_of_the_example_are_apart(tmp_path: Path) -> None:
    found = declared.read()
    folder = Path(declared.__file__).resolve().parents[1] / "data"
    pairs = read_pairs(folder, found.data, tmp_path, resolution=64)
    train, test = ({group for *_, group, _ in part} for part in parts(pairs, found))
    assert train and test and not train & test


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({"prompt": "x"}, "give either 'file_name' or 'drawing'"),
        ({"prompt": " ", "file_name": "a.png"}, "'prompt' is ' '"),
        ({"file_name": "a.png"}, "'prompt'"),
        ({"prompt": "x", "file_name": "../a.png"}, "outside of the folder"),
        ({"prompt": "x", "file_name": "none.png"}, "there is no file 'none.png'"),
        ({"prompt": "x", "file_name": "text.png"}, "'text.png' is no picture that can be read"),
        ({"prompt": "x", "file_name": "half.png"}, "'half.png' is broken"),
        ({"prompt": "x", "file_name": "bomb.png"}, "'bomb.png' is too big"),
        ({"prompt": "x", "file_name": "deep.png"}, "'deep.png' has more than 8 bits per colour"),
        ({"prompt": "x", "file_name": "deep.tiff"}, "'deep.tiff' has more than 8 bits per colour"),
        ({"prompt": "x", "file_name": "moving.gif"}, "'moving.gif' holds 2 pictures"),
        ({"prompt": "x", "file_name": 5}, "the name of the picture is 5, not a text"),
        ({"prompt": "x", "drawing": {"rows": [""], "palette": {}}}, "'rows' must be texts of one"),
        ({"prompt": "x", "drawing": {"rows": ["a"], "palette": {}}}, "no colour for 'a'"),
        ([], "a JSON list, not an object; a row is like {"),
    ],
)
def test_a_row_that_is_no_picture_is_named(
    tmp_path: Path, row: object, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    picture(1).save(tmp_path / "a.png")
    (tmp_path / "text.png").write_text("no picture")
    (tmp_path / "half.png").write_bytes((tmp_path / "a.png").read_bytes()[:2000])
    Image.new("L", (300, 300)).save(tmp_path / "bomb.png")
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 40_000)
    Image.new("I;16", (9, 9), 300).save(tmp_path / "deep.png")
    Image.new("F", (9, 9), 0.5).save(tmp_path / "deep.tiff")
    picture(1).save(tmp_path / "moving.gif", save_all=True, append_images=[picture(2)])
    good = {"prompt": "x", "file_name": "a.png"}
    (tmp_path / "rows.json").write_text(f"{json.dumps(good)}\n{json.dumps(row)}\n")
    with pytest.raises(SystemExit) as raised:
        read_pairs(tmp_path, Data(file="data"), tmp_path, resolution=64)
    assert words in str(raised.value)
    assert "rows.json:2" in str(raised.value)


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_what_is_transparent_is_white(tmp_path: Path, mode: str) -> None:
    found = Image.new("RGBA", (64, 64), (255, 0, 0, 0))
    found.paste((0, 0, 0, 255), (0, 0, 32, 64))
    found.convert(mode).save(tmp_path / "a.png")
    (tmp_path / "rows.json").write_text(json.dumps({"prompt": "x", "file_name": "a.png"}))
    ((seen, *_),) = read_pairs(tmp_path, Data(file="d"), tmp_path, resolution=64)
    seen = Image.open(seen)
    assert (seen.getpixel((5, 5)), seen.getpixel((60, 5))) == ((0, 0, 0), (255, 255, 255))


def test_a_picture_of_a_telephone_with_a_preview_is_one_picture(tmp_path: Path) -> None:
    picture(1).save(tmp_path / "a.jpg", format="MPO", save_all=True, append_images=[picture(2)])
    (tmp_path / "rows.json").write_text(json.dumps({"prompt": "x", "file_name": "a.jpg"}))
    assert len(read_pairs(tmp_path, Data(file="d"), tmp_path, resolution=64)) == 1


def test_rows_that_are_not_in_utf_8_are_named(tmp_path: Path) -> None:
    (tmp_path / "rows.json").write_bytes(b'\n{"prompt": "caf\xe9"}\n')
    with pytest.raises(SystemExit, match="rows.json:2: the byte 0xe9 is no UTF-8; save"):
        read_pairs(tmp_path, Data(file="d"), tmp_path, resolution=64)


def test_pairs_are_written_as_training_reads_them(tmp_path: Path) -> None:
    frame = Frame(original=(30, 40), crop=(0, 10))
    file = saved(tmp_path / "before", picture(1))
    write_pairs(tmp_path, [(file, "a prompt", frame, "a group", {"place": "north"})])
    assert not file.exists()
    rows = (tmp_path / "metadata.jsonl").read_text().splitlines()
    facts = {"group": "a group", "slices": {"place": "north"}, "original": [30, 40]}
    facts["crop"] = [0, 10]
    wanted = {"file_name": "00000.png", "prompt": "a prompt", **facts}
    assert [json.loads(row) for row in rows] == [wanted]


def test_a_picture_says_of_which_slice_it_is(tmp_path: Path) -> None:
    picture(1).save(tmp_path / "a.png")
    row = {"prompt": "x", "file_name": "a.png", "place": "north"}
    (tmp_path / "rows.json").write_text(json.dumps(row))
    ((*_, values),) = read_pairs(
        tmp_path, Data(file="d"), tmp_path, resolution=64, slices=["place"]
    )
    assert values == {"place": "north"}
    with pytest.raises(SystemExit, match="'colour' is None, not a text"):
        read_pairs(tmp_path, Data(file="d"), tmp_path, resolution=64, slices=["colour"])


def test_a_picture_is_known_again_by_its_pixels(tmp_path: Path) -> None:
    for name, seeds in (("train", (1, 2)), ("test", (3, 1))):
        files = [saved(tmp_path / name, picture(seed)) for seed in seeds]
        write_pairs(tmp_path / name, [(file, name, FRAME, "", {}) for file in files])
    train, test = (fingerprints(tmp_path / name) for name in ("train", "test"))
    assert train[0] == test[1] and len({*train, *test}) == 3


@pytest.mark.parametrize(("width", "height"), [(320, 128), (128, 320), (128, 128), (100, 77)])
def test_what_is_cut_off_is_what_the_picture_lacks(tmp_path: Path, width: int, height: int) -> None:
    # Each pixel says where it was, so the corner of the new picture says what is not there any more.
    ramp = Image.new("RGB", (width, height))
    ramp.putdata(
        [(x * 255 // width, y * 255 // height, 0) for y in range(height) for x in range(width)]
    )
    ramp.save(tmp_path / "ramp.png")
    (tmp_path / "rows.json").write_text(json.dumps({"prompt": "x", "file_name": "ramp.png"}))
    ((found, _, frame, *_),) = read_pairs(tmp_path, Data(file="d"), tmp_path, resolution=64)
    assert frame.original == (height, width)
    scale = 64 / min(width, height)
    red, green, _ = Image.open(found).getpixel((0, 0))
    assert frame.crop[1] == pytest.approx(red / 255 * width * scale, abs=2)
    assert frame.crop[0] == pytest.approx(green / 255 * height * scale, abs=2)


def test_a_picture_that_a_camera_has_turned_has_the_size_that_people_see(tmp_path: Path) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    Image.new("RGB", (80, 40)).save(tmp_path / "a.jpg", exif=turned)
    (tmp_path / "rows.json").write_text(json.dumps({"prompt": "x", "file_name": "a.jpg"}))
    ((_, _, frame, *_),) = read_pairs(tmp_path, Data(file="d"), tmp_path, resolution=64)
    assert frame == ((80, 40), (32, 0))


def test_a_drawing_is_as_sharp_as_it_is_drawn(tmp_path: Path) -> None:
    # Told that the picture was 16 pixels wide, a model would learn to draw blurred ones.
    found = declared.read()
    folder = Path(declared.__file__).resolve().parents[1] / "data"
    frames = {frame for _, _, frame, *_ in read_pairs(folder, found.data, tmp_path, resolution=64)}
    assert frames == {((64, 64), (0, 0))}
