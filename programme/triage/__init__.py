"""The screens on which sign-up managers answer people.

`listing` shows them all, and `filters` some; `several` changes and `export` takes away
what was found; `one` is a screen for each; `people` serves someone who telephones;
`records` says what was purged and exported; `panels` are on the first screen;
`forms_in_use` keeps a form's page from being deleted; `modeladmin` puts it together.
"""
