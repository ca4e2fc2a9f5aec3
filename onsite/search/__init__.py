"""The one search box, over what every app offers."""
