"""The business changes of an engagement's lifecycle and preparation, one module per subject."""
