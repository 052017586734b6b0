"""What is shown: figures, tables, explorers and their controls, the loss while a model trains."""
