"""A Hub that is well, ill, slow, torn or lying, asked by the real client in its own process."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from hub_families import FAMILIES, ROLES, build
from hub_learner import FOLDER, WEIGHT, ask
from lookalike import Fault, Repository

WEIGHTS = r"GET /cdn/tiny/llama/model\.safetensors"


def one_sentence(said, *words):
    assert said.error.startswith("tiny/"), said
    assert said.error.endswith(".") and "\n" not in said.error
    assert said.answer is None
    for word in words:
        assert word in said.error, said.error


def intact(said, hub_server):
    """True when the folder that was answered holds the very weights that the Hub has."""
    assert said.answer, said
    fetched = Path(said.answer) / "model.safetensors"
    served = hub_server.repositories["tiny/llama"].folder / "model.safetensors"
    return fetched.read_bytes() == served.read_bytes()


def total(family):
    return sum(float(weight.sum()) for weight in build(family).state_dict().values())


def test_a_model_is_fetched_once_with_a_bar_and_then_needs_no_hub(learner, hub_server):
    """Guards: reading the config before the weights switched the client's bar off."""
    first = learner(WEIGHT)
    assert first.answer == total("llama") and not first.error
    assert "MB to fetch" in first.stderr or "kB to fetch" in first.stderr
    assert "takes about" in first.stderr  # memory, said before the download
    bars = re.findall(r"Fetching (\d+) files: 100%", first.stderr)
    assert {int(count) for count in bars} == {len(hub_server.repositories["tiny/llama"].files)}
    assert not [asked for asked in hub_server.asked if asked.endswith((".bin", ".py"))]
    hub_server.close()
    again = learner(WEIGHT)
    assert (again.answer, again.error, again.warnings) == (first.answer, "", [])
    assert "to fetch" not in again.stderr


def test_every_family_comes_from_the_hub_into_its_role(learner, hub_server, saved_families):
    from transformers import AutoTokenizer

    settings = {}
    for family in FAMILIES:
        commit = hub_server.repositories[f"tiny/{family}"].commit
        settings[f"WORKBOOK_{ROLES[family].upper()}_MODEL"] = f"tiny/{family}@{commit}"
    roles = {family: role for family, role in ROLES.items() if family != "llama"}
    said = learner(
        f"[(type(m := hub.load_model(r)).__name__, sum(float(w.sum()) for w in "
        f"m.state_dict().values()), hub.load_tokenizer(r)('town hall')['input_ids']) "
        f"for r in {list(roles.values())}]",
        **settings,
    )
    for family, answer in zip(roles, said.answer, strict=True):
        tokenizer = AutoTokenizer.from_pretrained(saved_families[family])
        ids = tokenizer("town hall")["input_ids"]
        assert answer == [type(build(family)).__name__, total(family), ids]


def test_a_branch_stays_at_the_commit_of_its_first_fetch(learner, hub_server, tmp_path):
    served = hub_server.repositories["tiny/llama"]
    old = served.commit
    first = learner(WORKBOOK_BASE_MODEL="tiny/llama@main")
    assert first.answer.endswith(old)
    pins = json.loads((tmp_path / "home/workbook/pins.json").read_text(encoding="utf-8"))
    assert pins == {"tiny/llama@main": old}
    config = served.folder / "config.json"
    config.write_text(config.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert served.commit != old
    assert learner(WORKBOOK_BASE_MODEL="tiny/llama@main").answer == first.answer


def test_a_hub_that_stumbles_is_asked_again(learner, hub_server):
    """Guards: the client tries listings again, but neither its first question nor a download."""
    hub_server.faults += [
        Fault("/api/models/tiny/llama/revision", 429, {"Retry-After": "1"}, times=1),
        Fault("/api/models/tiny/llama/revision", 500, times=1),
        Fault(WEIGHTS, 500, times=1),
    ]
    said = learner()
    assert said.answer and not said.error
    assert "asks to slow down (429)" in said.stderr and "Trying again in 1 s." in said.stderr
    assert "fault of its own (500)" in said.stderr


@pytest.mark.slow
def test_a_hub_that_stays_ill_is_given_up(learner, hub_server):
    hub_server.faults.append(Fault("/api/", 503))
    said = learner()
    one_sentence(said, "a fault of its own (503)", "try again later")
    assert said.stderr.count("Trying again") == 3


def test_a_torn_download_goes_on_where_it_broke(learner, hub_server):
    """The client writes whole chunks, of 10 MB as it comes; here of 4 kB, the model being tiny."""
    hub_server.faults.append(Fault(WEIGHTS, cut=10_000, times=1))
    smaller = "change('huggingface_hub.constants', 'DOWNLOAD_CHUNK_SIZE', 4096) or "
    assert intact(learner(smaller + FOLDER), hub_server)
    parts = [asked for asked in hub_server.asked if asked.startswith("GET /cdn")]
    assert len(parts) == 2 and parts[1].endswith("bytes=8192-")


def test_what_stays_torn_is_never_loaded(learner, hub_server, tmp_path):
    hub_server.faults.append(Fault(WEIGHTS, cut=0))
    one_sentence(learner(), "the connection broke off", "arrived whole are kept")
    blobs = tmp_path / "home/hub/models--tiny--llama/blobs"
    assert not list(blobs.glob("*.incomplete"))
    offline = learner(WORKBOOK_OFFLINE="1")
    one_sentence(offline, "WORKBOOK_OFFLINE is set and it was not fetched before")
    hub_server.faults.clear()
    assert intact(learner(), hub_server)
    assert intact(learner(WORKBOOK_OFFLINE="1"), hub_server)


def test_a_file_that_arrives_damaged_is_fetched_once_more(learner, hub_server):
    """Guards: the client compares sizes only, so a flipped bit would be loaded as a weight."""
    hub_server.faults.append(Fault(WEIGHTS, flip=True, times=1))
    assert intact(learner(), hub_server)


def test_a_file_that_stays_damaged_is_refused_and_not_kept(learner, hub_server, tmp_path):
    hub_server.faults.append(Fault(WEIGHTS, flip=True))
    one_sentence(learner(), "model.safetensors arrived damaged twice", "another network")
    assert not list((tmp_path / "home").rglob("model.safetensors"))
    one_sentence(learner(WORKBOOK_OFFLINE="1"), "not fetched before")


def test_a_killed_check_is_made_up_for(learner, hub_server, tmp_path):
    """Guards: a process that dies between download and check leaves a folder without a note."""
    whole = learner().answer
    shutil.rmtree(tmp_path / "home/workbook")
    weights = next((tmp_path / "home").rglob("snapshots/*/model.safetensors")).resolve()
    content = weights.read_bytes()
    weights.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    one_sentence(learner(WORKBOOK_OFFLINE="1"), "not fetched before")
    assert learner().answer == whole
    assert weights.read_bytes() == content


def test_what_another_program_fetched_is_used_offline(learner, hub_server, tmp_path):
    """A compute node without a network, its cache filled beforehand by `hf download`."""
    commit = hub_server.repositories["tiny/llama"].commit
    by_hand = f"__import__('huggingface_hub').snapshot_download('tiny/llama', revision='{commit}')"
    folder = learner(by_hand).answer
    assert not (tmp_path / "home/workbook").exists()
    hub_server.close()
    assert learner().answer == folder
    assert learner(WORKBOOK_OFFLINE="1").answer == folder


ONE_BY_ONE = (  # what `from_pretrained` of another program does: no list of the Hub is kept
    "[__import__('huggingface_hub').hf_hub_download('tiny/llama', name, revision='{commit}')"
    " for name in {names}]"
)
SMALL = ["config.json", "tokenizer.json", "tokenizer_config.json", "generation_config.json"]


@pytest.mark.parametrize("how", ["network", "switch"])
def test_a_cache_that_others_left_half_full_is_not_noted_as_whole(
    learner, hub_server, tmp_path, how
):
    """Fault A2: config and tokenizer alone passed for the model, and it was never fetched again."""
    commit = hub_server.repositories["tiny/llama"].commit
    learner(ONE_BY_ONE.format(commit=commit, names=SMALL))
    if how == "network":
        hub_server.faults.append(Fault("/", 503))
        one_sentence(learner(), "a fault of its own (503)")
        hub_server.faults.clear()
    else:
        one_sentence(learner(WORKBOOK_OFFLINE="1"), "it was not fetched before")
    assert not (tmp_path / "home/workbook").exists()
    assert intact(learner(), hub_server)


def test_a_cache_without_the_hubs_list_is_used_but_never_noted(learner, hub_server, tmp_path):
    """Fault A2: whether one file more belongs to it only the Hub can say, so it is asked again."""
    commit = hub_server.repositories["tiny/llama"].commit
    learner(ONE_BY_ONE.format(commit=commit, names=[*SMALL, "model.safetensors"]))
    shutil.rmtree(tmp_path / "home/hub/models--tiny--llama/trees", ignore_errors=True)
    assert intact(learner(WORKBOOK_OFFLINE="1"), hub_server)
    assert not (tmp_path / "home/workbook").exists()
    asked = len(hub_server.asked)
    assert intact(learner(), hub_server) and len(hub_server.asked) > asked
    assert (tmp_path / "home/workbook").exists()


@pytest.mark.parametrize("has_list", [True, False])
def test_a_flipped_byte_is_found_without_links_too(learner, hub_server, tmp_path, has_list):
    """Fault A2: a Windows cache holds files, not links that name the hash; none was compared."""
    commit = hub_server.repositories["tiny/llama"].commit
    by_hand = f"__import__('huggingface_hub').snapshot_download('tiny/llama', revision='{commit}')"
    folder = Path(learner(by_hand).answer)
    for link in list(folder.iterdir()):
        content = link.read_bytes()
        link.unlink()
        link.write_bytes(content)
    if not has_list:
        shutil.rmtree(folder.parents[1] / "trees")
        one_sentence(learner(WORKBOOK_OFFLINE="1"), "it was not fetched before")
    weights = folder / "model.safetensors"
    whole = weights.read_bytes()
    weights.write_bytes(whole[:-1] + bytes([whole[-1] ^ 1]))
    one_sentence(learner(WORKBOOK_OFFLINE="1"), "it was not fetched before")
    if has_list:
        weights.write_bytes(whole)
        assert learner(WORKBOOK_OFFLINE="1").answer == str(folder)
    else:
        assert intact(learner(), hub_server)


def test_without_a_network_the_sentence_says_so(learner, hub_server):
    hub_server.close()
    said = learner()
    one_sentence(said, "the Hub is out of reach", "connect to a network")
    assert "Trying again" not in said.stderr  # nothing passes in four seconds


def test_a_hub_switched_off_in_the_environment_is_named(learner, hub_server):
    one_sentence(learner(HF_HUB_OFFLINE="1"), "HF_HUB_OFFLINE is set")
    assert not hub_server.asked


def test_a_role_of_the_profile_falls_back_where_something_is_bundled(learner, hub_server):
    """The gpu profile's own model is not on this Hub: the town's is used, and it is said."""
    said = learner(FOLDER, WORKBOOK_PROFILE="gpu", WORKBOOK_BASE_MODEL="")
    assert said.answer.endswith("models/town-lm")
    assert "Qwen/Qwen2.5-0.5B@" in said.warnings[0] and "bundled:town-lm" in said.warnings[0]
    other = "str(hub.folder_of(hub.resolve('embedder')))"
    said = learner(other, WORKBOOK_PROFILE="gpu", WORKBOOK_BASE_MODEL="")
    assert "all-MiniLM-L6-v2@" in said.error and "(404)" in said.error


def test_a_token_is_not_sent_to_another_host(learner, hub_server):
    assert learner(HF_TOKEN="hf_secret").answer
    assert hub_server.tokens and not [path for path in hub_server.tokens if "/cdn/" in path]


def test_other_forms_of_the_weights_are_left_on_the_hub(learner, hub_server):
    served = hub_server.repositories["tiny/llama"]
    for name in ("pytorch_model.bin", "onnx/model.onnx", "other/model.safetensors"):
        (served.folder / name).parent.mkdir(exist_ok=True)
        (served.folder / name).write_text("unwanted", encoding="utf-8")
    assert learner().answer
    assert not [asked for asked in hub_server.asked if "onnx" in asked or "other" in asked]
    assert not [asked for asked in hub_server.asked if asked.endswith(".bin")]


def test_a_data_set_takes_the_towns_place(learner, hub_server, tmp_path):
    folder = tmp_path / "talks"
    folder.mkdir()
    (folder / "README.md").write_text("---\nlicense: mit\n---\n", encoding="utf-8")
    for split in ("train", "validation", "test"):
        rows = [f'{split}_{n},"#A#: hello\n#B#: good day {n}",A greets B.,greeting' for n in "123"]
        text = "\n".join(["id,dialogue,summary,topic", *rows]) + "\n"
        (folder / f"{split}.csv").write_text(text, encoding="utf-8")
    served = hub_server.repositories["tiny/talks"] = Repository(folder, "datasets")
    asked = "[d.dialogue for d in __import__('workbook.town.dialogues').town.dialogues."
    ask = {"WORKBOOK_DIALOGUES": f"tiny/talks@{served.commit}"}
    said = learner(asked + "load_dialogues('test')]", **ask)
    assert said.answer == [f"#A#: hello\n#B#: good day {n}" for n in "123"], said
    library = f"__import__('datasets').load_dataset('tiny/talks', revision='{served.commit}')"
    assert learner(f"{library}.num_rows").answer == {"train": 3, "validation": 3, "test": 3}
    hub_server.close()
    assert len(learner(asked + "load_dialogues('train')]", **ask).answer) == 3


def full_disk(tmp_path):
    """A disk of 1 MB, or None where this account may not mount one."""
    place = tmp_path / "small"
    place.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)]
    return place if subprocess.run(mount, capture_output=True).returncode == 0 else None


@pytest.fixture
def small_disk(tmp_path):
    place = full_disk(tmp_path)
    if place is None:
        pytest.skip("may not mount a disk of its own here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


NO_SPARE = "change('workbook.core.hub.download', 'SPARE_DISK', 0) or "


def test_a_disk_that_fills_up_during_the_download_leaves_nothing_half(
    learner, hub_server, small_disk
):
    """The disk has room when the download begins; the server fills it before it sends."""
    filler = small_disk / "filler"
    hub_server.faults.append(
        Fault(WEIGHTS, before=lambda: filler.write_bytes(b"x" * free(small_disk)))
    )
    home = {"HF_HOME": str(small_disk / "home")}
    one_sentence(learner(NO_SPARE + FOLDER, **home), "the disk is full; make room")
    assert not list(small_disk.rglob("*.safetensors")) + list(small_disk.rglob("*.incomplete"))
    filler.unlink()
    hub_server.faults.clear()
    assert intact(learner(NO_SPARE + FOLDER, **home), hub_server)


def free(place):
    return max(0, shutil.disk_usage(place).free - 8192)


def test_a_limit_on_the_size_of_files_is_told_like_a_full_disk(hub_server, tmp_path):
    """The way to a failing write for an account that may not mount."""
    served = hub_server.repositories["tiny/llama"]
    size = (served.folder / "model.safetensors").stat().st_size

    def limit():
        import resource

        resource.setrlimit(resource.RLIMIT_FSIZE, (size - 1, size - 1))

    settings = {
        "HF_HOME": str(tmp_path / "home"),
        "WORKBOOK_BASE_MODEL": f"tiny/llama@{served.commit}",
    }
    one_sentence(ask(hub_server.url, FOLDER, settings, before=limit), "the disk is full")
    assert intact(ask(hub_server.url, FOLDER, settings), hub_server)
