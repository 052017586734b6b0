"""The texts of the town, a folder for each kind; `workbook.town.stream` lists the kinds.

Every kind is a function from a `Writer` to a `Document`. Modules named `..._phrases`, `..._words`
or `scenarios_...` hold phrasings; the others hold the drawing and the arranging.
"""
