"""Pretraining: three objectives, the entropy bound, transfer, and cleaning a crawl (lesson 02).

Nothing is imported here, so that `import workbook.pretraining` costs nothing; import the module
you need.
"""
