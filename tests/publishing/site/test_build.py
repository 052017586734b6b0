"""The pages of the static edition, read as files: nothing is lost, nothing leads nowhere."""

import json
import shutil

import pytest
import specimen
from bs4 import BeautifulSoup

from workbook.publishing.site.build import MARK, build


@pytest.fixture(scope="module")
def site(root, tmp_path_factory):
    """Lesson 03 and the specimen, built."""
    folder = tmp_path_factory.mktemp("course") / "notebooks"
    specimen.write(folder)
    shutil.copy(root / "notebooks" / "03_sampling.ipynb", folder)
    shutil.copy(root / "README.md", folder.parent)
    target = folder.parent / "site"
    build(target, sorted(folder.glob("*.ipynb")))
    return target


@pytest.fixture(scope="module")
def page(site):
    return soup(site / "77_specimen.html")


def soup(path):
    return BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")


def test_every_kind_of_output_is_on_the_page(page):
    text = page.main.get_text()
    for words in ("plain <text>, red", "42", "E: v", "some bold", "A widget in words."):
        assert words in text, words
    assert [image["alt"] for image in page.select(".shown > img")] == ["A box.", "A grey picture."]
    assert len(page.select("figure.plot")) == 6
    assert "A line without a picture." in page.select("figure.plot")[2].p.get_text()
    assert len(page.select(".code.exercise")) == 1


def test_pictures_are_files_with_alt_text_and_the_size_they_take(site, page):
    for image in page.select("img"):
        assert image["alt"] and (site / image["src"]).read_bytes()
    image = page.select_one("figure img")
    assert (image["alt"], image["width"], image["height"]) == (specimen.ALT, "20", "8")
    assert (site / image["src"]).read_bytes() == specimen.png()


def test_no_page_asks_another_machine_for_anything(site):
    for path in site.glob("*.html"):
        for tag in soup(path).select("[src], link[href]"):
            address = tag.get("src") or tag.get("href")
            assert not address.startswith(("http", "//", "/")), address
    styles = (site / "static" / "site.css").read_text(encoding="utf-8")
    assert "http" not in styles and "@import" not in styles


def test_every_link_leads_to_a_file_and_every_place_exists(site):
    pages = {path.name: soup(path) for path in site.glob("*.html")}
    places = {name: {tag["id"] for tag in page.select("[id]")} for name, page in pages.items()}
    for name, page in pages.items():
        for link in page.select("a[href]"):
            target, _, place = link["href"].partition("#")
            if target.startswith("https:"):
                continue
            assert (site / (target or name)).is_file(), link
            assert not place or place in places[target or name], link


def test_links_between_notebooks_lead_to_pages_and_lost_ones_become_text(page):
    links = {link.get_text(): link["href"] for link in page.select("article p a")}
    assert links["another lesson"] == "03_sampling.html#3.1-Temperature"
    assert links["elsewhere"] == "https://example.org/x"
    assert "a file of the course" not in links and "a file of the course" in page.get_text()


def test_an_id_is_unique_and_the_one_that_jupyterlab_gives(page):
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(set(ids)) == len(ids)
    assert {"Formulas-&-code", "Twice", "Twice-2"} <= set(ids)


def test_formulas_are_mathml_with_their_source_for_a_screen_reader(page):
    drawn = page.select("math")
    assert len(drawn) == 6
    assert all("\\" not in one.get_text() and one["alttext"] for one in drawn)
    assert drawn[0].mfrac and drawn[0]["alttext"] == r"\frac{1}{\sqrt{d}} < 1"
    assert [one["display"] for one in drawn[:2]] == ["inline", "block"]


def test_no_formula_of_the_course_is_left_as_source(root, tmp_path):
    pages = build(tmp_path / "site")
    for path in pages:
        page = soup(path)
        assert not page.select("code.latex"), path.name
        assert all("\\" not in one.get_text() for one in page.select("math")), path.name


def test_the_front_page_is_made_of_the_notebooks_and_the_readme(site, root):
    page = soup(site / "index.html")
    assert "A course on generative AI" in page.select_one(".introduction").get_text()
    cards = page.select(".card")
    assert [card.a["href"] for card in cards] == ["03_sampling.html", "77_specimen.html"]
    assert "Sampling: from logits to text" in cards[0].h3.get_text()
    facts = {dt.get_text(): dt.find_next("dd").get_text() for dt in cards[0].select("dt")}
    assert facts["Takes, on 2 CPU cores"].endswith(" GB of memory")
    assert cards[1].p.get_text() == "Is everything shown?"


def test_lessons_lead_to_each_other_and_to_their_notebook(site, page):
    first = soup(site / "03_sampling.html")
    assert first.select_one("[rel=next]")["href"] == "77_specimen.html"
    assert page.select_one("[rel=prev]")["href"] == "03_sampling.html"
    assert not page.select("[rel=next]") and not first.select("[rel=prev]")
    assert (site / page.select_one("a[download]")["href"]).is_file()


def test_the_search_knows_every_part_with_its_place(site):
    text = (site / "static" / "search-list.js").read_text(encoding="utf-8")
    parts = json.loads(text.removeprefix("window.SEARCH="))
    places = {f"{part['page']}#{part['id']}": part["text"] for part in parts}
    assert "nucleus" in places["03_sampling.html#Top-p,-the-nucleus"].lower()
    assert all(part["lesson"] and part["title"] for part in parts)


def test_two_builds_are_the_same_to_the_byte(site):
    again = site.with_name("again")
    build(again, sorted((site.parent / "notebooks").glob("*.ipynb")))
    files = {
        path.relative_to(site): path.read_bytes() for path in site.rglob("*") if path.is_file()
    }
    for name, content in files.items():
        assert (again / name).read_bytes() == content, name


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work", encoding="utf-8")
    with pytest.raises(ValueError, match="holds other files: name a new or empty folder"):
        build(tmp_path, [])
    assert (tmp_path / "thesis.txt").exists()


def test_a_lesson_taken_away_leaves_no_page(tmp_path):
    """Guards against a site that still lists what the course no longer has."""
    specimen.write(tmp_path / "notebooks")
    file, target = tmp_path / "notebooks" / "77_specimen.ipynb", tmp_path / "site"
    build(target, [file])
    (target / "99_old.html").touch()
    build(target, [file])
    assert {path.name for path in target.glob("*.html")} == {"index.html", "77_specimen.html"}
    assert (target / MARK).exists() and not target.with_name("site.writing").exists()
