import dataclasses
import hashlib
import json
import os
import re
import shutil
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from rlm_app.backup import Backups
from rlm_app.build import App, open_app
from rlm_app.cli import main
from rlm_app.errors import ConfigError, DocumentError
from rlm_app.grids import Place
from rlm_app.quotas import SHARED, Attempt, Quotas
from rlm_app.records import JournalRow, RunSpec
from rlm_app.settings import Settings
from rlm_app.store.originals import Originals
from rlm_app.types import DocumentInfo, RunState

CONTRACT = "The supplier may end this agreement with ninety days' notice.\nFees are due within thirty days.\n" * 3
SCRIPT = {
    "root": [
        "I ask.\n\n```repl\nprint(llm_query('What notice?'))\n```",
        "```repl\nanswer['content'] = 'It says “may end this agreement”.'\nanswer['ready'] = True\n```",
    ],
    "sub": {"default": "Ninety days."},
    "delay": 0.0,
    "cost": 0.002,
}

Entries = dict[str, bytes]


@pytest.fixture(scope="module")
def lived_in(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home in which ann has a document, a run that was carried out, a fork of it, a grid and settings."""
    folder = tmp_path_factory.mktemp("lived-in")
    (folder / "script.json").write_text(json.dumps(SCRIPT), encoding="utf-8")
    app = open_app(Settings(home=folder / "home", script=folder / "script.json"))
    file = folder / "contract.txt"
    file.write_text(CONTRACT, encoding="utf-8")
    info = app.add_file(file, "contract.txt", "ann")
    spec = RunSpec("What notice?", (info.sha256,), "scripted", "scripted", "scripted")
    run_id = app.start(spec, "ann")
    assert app.manager.wait(run_id, 60).state is RunState.DONE
    app.manager.wait(app.fork(run_id, "ann", 1), 60)
    app.shelf.keep_collection("ann", "Contracts", [info.sha256])
    grid = app.grids.create("ann", "Notices", spec)
    app.grids.add_rows(grid.id, "ann", [(info.sha256, info.name)])
    grid = app.grids.add_columns(grid.id, "ann", ["What notice?"])
    app.grids.edit(Place(grid.id, "ann", grid.rows[0].id, grid.columns[0].id), "Ninety days, I think")
    app.store.keep_preference("ann", "unconfined code", value=True)
    app.store.keep_preference(
        "ann", "choice", {"backend": "openai", "options": {"base_url": "https://evil.example/v1"}}
    )
    app.backups.write("ann", folder / "ann.zip")
    app.store.keep_preference("ann", "backup", None)
    app.close()
    return folder / "home"


@pytest.fixture
def app(lived_in: Path, tmp_path: Path) -> Iterator[App]:
    shutil.copytree(lived_in, tmp_path / "home")
    opened = open_app(Settings(home=tmp_path / "home", script=lived_in.parent / "script.json"))
    yield opened
    opened.close()


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[App]:
    opened = open_app(Settings(home=tmp_path / "elsewhere"))
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def forgetful(tmp_path_factory: pytest.TempPathFactory) -> Iterator[App]:
    """Return an app that keeps nothing, for backups that are refused."""
    opened = open_app(Settings(home=tmp_path_factory.mktemp("forgetful")), keep=False)
    yield opened
    opened.close()


@pytest.fixture
def backup(lived_in: Path, tmp_path: Path) -> Path:
    return Path(shutil.copy2(lived_in.parent / "ann.zip", tmp_path))


def read(path: Path) -> Entries:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path: Path, change: Callable[[Entries], None], *, honest: bool = True, level: int = 1) -> Path:
    """Write the backup anew after a change; with `honest` its manifest has the hashes of what it then holds."""
    entries = read(path)
    change(entries)
    if honest:
        manifest = json.loads(entries["manifest.json"])
        manifest["entries"] = {
            name: {"size": len(data), "sha256": hashlib.sha256(data).hexdigest()}
            for name, data in entries.items()
            if name != "manifest.json"
        }
        entries["manifest.json"] = json.dumps(manifest).encode()
    changed = path.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED, compresslevel=level) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return changed


def one(entries: Entries, folder: str) -> str:
    return next(name for name in entries if name.startswith(f"{folder}/"))


def everything(app: App, owner: str) -> dict[str, Any]:
    """Return all that an owner has, as plain values, without whose it is."""
    runs = app.store.runs(owner)
    return {
        "runs": [dataclasses.replace(record, owner="", boot="") for record in runs],
        "events": [app.store.events(record.id, owner) for record in runs],
        "journal": [app.store.journal_rows(record.id, owner) for record in runs],
        "documents": [app.store.document(info.sha256, owner) for info in app.documents(owner)],
        "files": [_bytes(app, info, owner) for info in app.documents(owner)],
        "grids": [dataclasses.replace(grid, owner="") for grid in app.grids.all(owner)],
        "cells": [app.store.grids.cells(grid.id, owner) for grid in app.grids.all(owner)],
        "collections": app.shelf.collections(owner),
    }


def _bytes(app: App, info: DocumentInfo, owner: str) -> bytes:
    path = app.original(info.sha256, owner)
    assert path is not None
    return path.read_bytes()


def test_everything_an_owner_has_comes_back_as_it_was_on_another_machine(
    app: App, elsewhere: App, backup: Path
) -> None:
    told = elsewhere.backups.restore(backup, "local")
    assert (told.runs, told.documents, told.grids, told.known, told.unreadable) == (2, 1, 1, 0, [])
    assert everything(elsewhere, "local") == everything(app, "ann")
    assert all(elsewhere.store.journal_rows(record.id, "local") for record in elsewhere.store.runs("local"))


def test_a_backup_taken_in_twice_is_there_once(elsewhere: App, backup: Path) -> None:
    elsewhere.backups.restore(backup, "local")
    before = everything(elsewhere, "local")
    told = elsewhere.backups.restore(backup, "local")
    assert (told.runs, told.documents, told.grids, told.known) == (0, 0, 0, 4)
    assert "4 more were here already" in told.sentence()
    assert everything(elsewhere, "local") == before


def test_on_one_server_two_owners_of_one_backup_have_a_copy_each(app: App, backup: Path) -> None:
    before = everything(app, "ann")
    told = app.backups.restore(backup, "bob")
    assert (told.runs, told.documents, told.grids) == (2, 1, 1)
    assert not {record.id for record in app.store.runs("ann")} & {record.id for record in app.store.runs("bob")}
    fork = next(record for record in app.store.runs("bob") if record.spec.parent)
    assert app.store.run(fork.spec.parent, "bob") is not None
    assert app.backups.restore(backup, "bob").known == 4
    app.manager.delete(fork.id, "bob")
    assert everything(app, "ann") == before


def test_what_was_paid_for_is_not_paid_again_after_a_restore(app: App, tmp_path: Path, backup: Path) -> None:
    def interrupt(entries: Entries) -> None:
        for name in [each for each in entries if each.startswith("runs/")]:
            header, *events = entries[name].splitlines(keepends=True)
            if json.loads(header)["spec"]["parent"]:
                del entries[name], entries[name.replace("runs/", "journals/")]
                continue
            live = {**json.loads(header), "state": "running", "stop": None, "finished": None, "answer": ""}
            entries[name] = json.dumps(live).encode() + b"\n" + b"".join(events[:2])

    script = app.settings.script
    there = open_app(Settings(home=tmp_path / "there", script=script))
    try:
        there.backups.restore(rewritten(backup, interrupt), "local")
        (record,) = there.store.runs("local")
        assert record.state is RunState.INTERRUPTED
        calls, _ = there.saved_calls(record.id, record.owner)
        there.resume(record.id, "local")
        assert there.manager.wait(record.id, 60).state is RunState.DONE
        assert there.saved_calls(record.id, record.owner)[0] == calls == 3
    finally:
        there.close()


def test_a_backup_holds_no_keys_no_owner_and_no_consent(app: App, tmp_path: Path) -> None:
    spec = RunSpec("Why?", tuple(info.sha256 for info in app.documents("ann")), "scripted", "scripted", "scripted")
    app.manager.wait(app.start(spec, "ann", {"scripted": "sk-very-secret"}), 60)
    held = b"".join(read(app.backups.write("ann", tmp_path / "b.zip").path).values())
    assert b"sk-very-secret" not in held
    assert b'"ann"' not in held
    assert b"unconfined" not in held


def test_addresses_of_other_machines_are_left_out_and_named(elsewhere: App, backup: Path) -> None:
    told = elsewhere.backups.restore(backup, "local")
    assert elsewhere.store.preference("local", "choice") == {"backend": "openai", "options": {}}
    assert "enter https://evil.example/v1 again where you trust it" in told.sentence()


def test_without_the_files_the_texts_come_back_alone(app: App, elsewhere: App, tmp_path: Path) -> None:
    made = app.backups.write("ann", tmp_path / "small.zip", files=False)
    assert not [name for name in read(made.path) if name.startswith("originals/")]
    elsewhere.backups.restore(made.path, "local")
    (info,) = elsewhere.documents("local")
    assert elsewhere.original(info.sha256, "local") is None
    assert elsewhere.document(info.sha256, "local") is not None


def test_runs_since_the_last_backup_are_counted(app: App, tmp_path: Path) -> None:
    assert app.backups.unsaved("ann") == 2
    app.backups.write("ann", tmp_path / "b.zip")
    assert app.backups.unsaved("ann") == 0
    assert app.backups.unsaved("bob") == 0


def spoil_a_byte(entries: Entries) -> None:
    name = one(entries, "documents")
    entries[name] = entries[name].replace(b"ninety", b"eighty").replace(b"contract", b"contrary")


def add_an_entry(entries: Entries) -> None:
    entries["runs/../../evil.jsonl"] = b"{}"


def climb_out(entries: Entries) -> None:
    entries["originals/" + "/etc/passwd"] = b"root"


def take_away(entries: Entries) -> None:
    del entries[one(entries, "journals")]


def be_newer(entries: Entries) -> None:
    entries["manifest.json"] = entries["manifest.json"].replace(b'"version": 1', b'"version": 2')


def be_something_else(entries: Entries) -> None:
    entries["manifest.json"] = b'{"format": "other"}'


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (spoil_a_byte, "is not what was saved"),
        (add_an_entry, "is no backup of this app"),
        (climb_out, "is no backup of this app"),
        (take_away, "names other entries"),
        (be_newer, "newer version"),
        (be_something_else, "no backup of this app"),
    ],
)
def test_an_archive_that_was_tampered_with_is_refused_whole(
    forgetful: App, backup: Path, change: Callable[[Entries], None], reason: str
) -> None:
    with pytest.raises(DocumentError, match=reason):
        forgetful.backups.restore(rewritten(backup, change, honest=False), "local")
    assert not forgetful.store.runs("local")
    assert not forgetful.documents("local")


def test_a_file_that_is_no_archive_or_ends_early_is_refused(forgetful: App, backup: Path, tmp_path: Path) -> None:
    (tmp_path / "cut.zip").write_bytes(backup.read_bytes()[:-200])
    (tmp_path / "text.zip").write_text("hello", encoding="utf-8")
    for name in ("cut.zip", "text.zip"):
        with pytest.raises(DocumentError, match="is damaged or no backup"):
            forgetful.backups.restore(tmp_path / name, "local")


def test_a_bomb_is_refused_before_it_is_unpacked(forgetful: App, backup: Path) -> None:
    def swell(entries: Entries) -> None:
        entries["originals/" + "a" * 64] = bytes(101_000_000)

    with pytest.raises(DocumentError, match="not read for safety"):
        forgetful.backups.restore(rewritten(backup, swell, honest=False, level=6), "local")


def swap_the_file(entries: Entries) -> None:
    entries[one(entries, "originals")] = b"another file"


def lie_about_the_text(entries: Entries) -> None:
    name = next(each for each in entries if each.endswith(".txt"))
    entries[name] += b"more"


def claim_another_id(entries: Entries) -> None:
    name = one(entries, "runs")
    header, *events = entries[name].splitlines(keepends=True)
    entries[name] = json.dumps({**json.loads(header), "id": "0" * 32}).encode() + b"\n" + b"".join(events)


def claim_an_owner(entries: Entries) -> None:
    name = one(entries, "runs")
    header, *events = entries[name].splitlines(keepends=True)
    entries[name] = json.dumps({**json.loads(header), "owner": "bob"}).encode() + b"\n" + b"".join(events)


def be_of_no_time(entries: Entries) -> None:
    name = one(entries, "runs")
    entries[name] = entries[name].replace(b'"created": 1', b'"created": 1e300, "was": 1')


def hold_no_text(entries: Entries) -> None:
    name = one(entries, "runs")
    entries[name] = entries[name].replace(b'"question": "What notice?"', b'"question": {"a": ["b"]}')


def nest_deeply(entries: Entries) -> None:
    entries["preferences.json"] = b'{"choice": ' + b"[" * 50_000 + b"]" * 100_000 + b"}"


def _told_of(entries: Entries, folder: str, ending: str, **change: Any) -> None:
    name = next(each for each in entries if each.startswith(folder) and each.endswith(ending))
    entries[name] = json.dumps({**json.loads(entries[name]), **change}).encode()


def weigh_less_than_nothing(entries: Entries) -> None:
    _told_of(entries, "documents/", ".json", size=-1_000_000_000)


def weigh_less_than_its_file(entries: Entries) -> None:
    _told_of(entries, "documents/", ".json", size=1)


def earn_money(entries: Entries) -> None:
    name = next(each for each in entries if each.startswith("journals/") and b'"finished"' in entries[each])
    rows = [json.loads(line) for line in entries[name].splitlines()]
    for row in rows:
        if row["state"] == "finished":
            row["value"]["usage"]["cost"] = -1_000.0
    entries[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def have_an_endless_line(entries: Entries) -> None:
    entries[one(entries, "runs")] += b'{"a": [' + b"[]," * 7_000_000 + b"0]}\n"


def have_lists_of_nothing(entries: Entries) -> None:
    entries["preferences.json"] = b'{"choice": {"a": [' + b"[]," * 200_000 + b"0]}}"


def have_pages_called_something(entries: Entries) -> None:
    _told_of(entries, "documents/", ".json", unit="![x](http://canary.example/x.png)")


def have_a_page_of_some_kind(entries: Entries) -> None:
    page = {"label": "1", "start": 0, "end": 1, "kind": "![x](http://canary.example/x.png)"}
    _told_of(entries, "documents/", ".json", pages=[page])


def have_endless_settings(entries: Entries) -> None:
    entries["preferences.json"] = b'{"choice": {"a": [' + b"[]," * 7_000_000 + b"0]}}"


def _with_events(entries: Entries, change: Callable[[list[dict[str, Any]]], None]) -> None:
    name = one(entries, "runs")
    header, *lines = entries[name].splitlines(keepends=True)
    events = [json.loads(line) for line in lines]
    change(events)
    entries[name] = header + b"".join(json.dumps(event).encode() + b"\n" for event in events)


def have_a_turn_twice(entries: Entries) -> None:
    def double(events: list[dict[str, Any]]) -> None:
        at = next(number for number, event in enumerate(events) if event["kind"] == "ModelReplied")
        events.insert(at, events[at])

    _with_events(entries, double)


def go_down_for_ever(entries: Entries) -> None:
    def dig(events: list[dict[str, Any]]) -> None:
        names = ("ModelReplied", "CellStarted", "SubcallStarted")
        reply, cell, call = (next(event for event in events if event["kind"] == name) for name in names)
        place = events.index(call) + 1
        for level in range(400):
            here = {"call_id": "0.1" + ".1" * level, "parent_id": "0", "depth": 1}
            below = {"call_id": f"{here['call_id']}.1", "parent_id": here["call_id"], "depth": 1}
            events[place:place] = [{**reply, **here}, {**cell, **here}, {**call, **below}]
            place += 3

    _with_events(entries, dig)


@pytest.mark.parametrize(
    ("change", "unreadable"),
    [
        (go_down_for_ever, "more than 50 runs below"),
        (have_a_turn_twice, "a turn of its number is there already"),
        (have_an_endless_line, "it has more than 20,000,000 bytes"),
        (have_endless_settings, "preferences.json has more than 20,000,000 bytes"),
        (have_lists_of_nothing, "too much memory"),
        (have_pages_called_something, "of no kind that this app reads"),
        (have_a_page_of_some_kind, "of no kind that this app reads"),
        (weigh_less_than_nothing, "not the text that is described"),
        (weigh_less_than_its_file, "another one than it was read from"),
        (earn_money, "cost less than nothing"),
        (swap_the_file, "another one than it was read from"),
        (lie_about_the_text, "not the text that is described"),
        (claim_another_id, "its record is another one's"),
        (be_of_no_time, "TypeError"),
        (hold_no_text, "is no str"),
        (nest_deeply, "nested too deeply"),
    ],
)
def test_a_part_that_is_not_what_it_should_be_is_left_out_and_said(
    elsewhere: App, backup: Path, change: Callable[[Entries], None], unreadable: str
) -> None:
    told = elsewhere.backups.restore(rewritten(backup, change), "local")
    assert unreadable in "; ".join(told.unreadable)
    assert "could not be read" in told.sentence()
    for info in elsewhere.documents("local"):
        path = elsewhere.original(info.sha256, "local")
        assert path is None or hashlib.sha256(path.read_bytes()).hexdigest() == info.sha256


def test_what_a_file_says_was_paid_is_put_to_nobodys_account(elsewhere: App, backup: Path) -> None:
    def be_of_tomorrow(entries: Entries) -> None:
        for name in [each for each in entries if each.startswith("journals/")]:
            rows = [{**json.loads(line), "moment": 4e9} for line in entries[name].splitlines()]
            entries[name] = b"".join(json.dumps(row).encode() + b"\n" for row in rows)

    elsewhere.backups.restore(rewritten(backup, be_of_tomorrow), "local")
    rows = [row for run in elsewhere.store.runs("local") for row in elsewhere.store.journal_rows(run.id, "local")]
    assert rows
    for run in elsewhere.store.runs("local"):
        assert elsewhere.store.ledger.paid(Attempt(run.id, "local", time.time() + 1, 1.0)) == 0.0


def order_something(**change: Any) -> Callable[[Entries], None]:
    """Return a change after which the runs of a backup ended early, and order something else than they did."""

    def reorder(entries: Entries) -> None:
        for name in [each for each in entries if each.startswith("runs/")]:
            header, *events = entries[name].splitlines(keepends=True)
            record = json.loads(header)
            record |= {"state": "interrupted", "spec": {**record["spec"], **change}}
            entries[name] = json.dumps(record).encode() + b"\n" + b"".join(events)

    return reorder


@pytest.mark.parametrize(
    ("change", "refused"),
    [
        ({"options": {"body": {"model": "gpt-5-pro", "n": 100}}}, "sets body of its backend"),
        ({"options": {"headers": {"Host": "inside"}}}, "sets headers of its backend"),
        ({"options": {"base_url": ["https://evil.example"]}}, "sets base_url of its backend"),
        ({"options": {}, "limits": {"concurrency": 0}}, "The limit concurrency is 0"),
        ({"options": {}, "limits": {"concurrency": 2**50}}, "this app takes 256 at most"),
        ({"options": {}, "limits": {"depth": 900}}, "this app takes 6 at most"),
        ({"options": {}, "documents": ["a" * 64] * 51}, "51 documents were chosen"),
    ],
)
def test_a_run_of_a_backup_is_gone_on_with_only_as_a_page_could_have_ordered_it(
    backup: Path, tmp_path: Path, change: dict[str, Any], refused: str
) -> None:
    said = {"host_keys": "openai"}
    shared = open_app(
        Settings(home=tmp_path / "shared", shared=True, keys={"OPENAI_API_KEY": "sk-host"}, said=said, quotas=SHARED)
    )
    try:
        asked = {"backend": "openai", "root_model": "gpt-4.1", "sub_model": "gpt-4.1", "mode": "direct", **change}
        shared.backups.restore(rewritten(backup, order_something(**asked)), "visitor-mallory")
        for run in shared.store.runs("visitor-mallory"):
            with pytest.raises(ConfigError, match=refused):
                shared.resume(run.id, "visitor-mallory")
    finally:
        shared.close()


def test_who_is_named_as_owner_in_a_backup_does_not_count(elsewhere: App, backup: Path) -> None:
    elsewhere.backups.restore(rewritten(backup, claim_an_owner), "local")
    assert not elsewhere.store.runs("bob")
    assert {record.owner for record in elsewhere.store.runs("local")} == {"local"}


def test_a_run_of_somebody_elses_id_does_not_reach_theirs(app: App, elsewhere: App, backup: Path) -> None:
    victim = app.store.runs("ann")[0]
    events = app.store.events(victim.id, "ann")
    row = JournalRow("a" * 64, 0, "started", "0", 1.0)
    forged = dataclasses.replace(victim, owner="mallory", starred=True)
    assert app.store.take_in(forged, events, [row]) == "ann"
    assert app.store.run(victim.id, "mallory") is None
    assert app.store.run(victim.id, "ann") == victim


def test_no_more_is_taken_in_than_an_owner_may_keep(app: App, backup: Path, tmp_path: Path) -> None:
    backups = Backups(
        app.store, Originals(tmp_path / "originals"), tmp_path, lambda owner: 0 if owner == "bob" else None
    )
    with pytest.raises(DocumentError, match=r"there is room for 0\.0 MB"):
        backups.restore(backup, "bob")
    assert not app.store.runs("bob")
    assert backups.restore(backup, "eve").runs == 2


def test_a_quota_of_storage_holds_for_what_is_taken_in(lived_in: Path, backup: Path, tmp_path: Path) -> None:
    def swell(entries: Entries) -> None:
        entries["originals/" + "a" * 64] = os.urandom(1_200_000)

    settings = Settings(home=tmp_path / "small", quotas=Quotas(storage_mb=1))
    small = open_app(settings)
    try:
        with pytest.raises(DocumentError, match=r"needs 1\.2 MB and there is room for 1\.0 MB"):
            small.backups.restore(rewritten(backup, swell), "ann")
        assert small.backups.restore(backup, "ann").runs == 2
    finally:
        small.close()


def test_what_is_kept_beside_documents_counts_for_the_quota_of_storage_too(app: App) -> None:
    before = app.store.storage("ann")
    app.store.keep_preference("ann", "sql", {"long": "x" * 100_000})
    record = app.store.runs("ann")[0]
    app.store.update_run(record.id, answer="y" * 100_000)
    grid = app.grids.all("ann")[0]
    app.grids.edit(Place(grid.id, "ann", grid.rows[0].id, grid.columns[0].id), "z" * 1_000)
    assert app.store.storage("ann") - before == pytest.approx(201_000, abs=500)
    assert app.store.storage("bob") == 0


def test_a_backup_with_no_room_for_it_says_so_and_leaves_nothing(app: App, tmp_path: Path) -> None:
    target = tmp_path / "nowhere" / "b.zip"
    with pytest.raises(Exception, match=r"could not be written.*your data is as it was"):
        app.backups.write("ann", target)
    assert not list(tmp_path.glob("**/*.part"))


def test_the_archive_is_for_its_owner_alone(backup: Path) -> None:
    assert backup.stat().st_mode & 0o077 == 0


def test_commands_write_a_backup_take_it_in_and_list_whose_there_are(
    lived_in: Path, backup: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RLM_APP_HOME", str(tmp_path / "here"))
    assert main(["restore", str(backup)]) == 0
    assert "2 runs, 1 document and 1 grid came back" in capsys.readouterr().err
    assert main(["backup", "-o", str(tmp_path / "out.zip")]) == 0
    assert "2 runs and 1 document" in capsys.readouterr().err
    assert read(tmp_path / "out.zip").keys() == read(backup).keys()
    assert main(["owners"]) == 0
    assert re.fullmatch(r"local  [\d-]{10} \d\d:\d\d  2 runs, 1 document, [\d,]+ bytes\n", capsys.readouterr().out)
    assert main(["backup", "--owner", "visitor-nobody", "-o", str(tmp_path / "none.zip")]) == 2
    assert 'Nothing is kept of "visitor-nobody" here' in capsys.readouterr().err
    assert not (tmp_path / "none.zip").exists()
    assert main(["restore", str(backup), "--owner", "visitor-typo"]) == 2
    assert 'Nobody is called "visitor-typo"' in capsys.readouterr().err
    assert main(["restore", str(tmp_path / "missing.zip")]) == 2
    assert "missing.zip: is damaged or no backup" in capsys.readouterr().err
