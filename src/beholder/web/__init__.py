"""The web app: pages, the labelling client and the contact sheet."""
