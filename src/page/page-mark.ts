/** What every page begins with, so that a later one may take its place. */
export const PAGE_MARK = '<!doctype html>\n<html lang="en" data-made-by="dbfleet report">'
