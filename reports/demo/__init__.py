"""The sample data: five engagements told as plain data, brought in through the services as people would have done it."""
