"""Training: optimisers, schedule, packing, checkpoints, and how the town's models are made.

Nothing is imported here, so that `import workbook.training` costs nothing; import the module
you need. Lesson 02 explains pretraining, lesson 08 fine-tuning.
"""
