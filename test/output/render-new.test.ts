import { expect, test } from 'vitest'
import { renderInit } from '../../src/output/render-init.js'
import { renderNew } from '../../src/output/render-new.js'
import type { InitReport } from '../../src/report/init-report.js'
import type { NewReport } from '../../src/report/new-report.js'
import { lines, screen } from './sample-fleet.js'

const made: NewReport = {
  schema: 1,
  command: 'new',
  migration: '20260102030405_create_measurements',
  template: 'measurements',
  files: [
    '/home/app/migrations/20260102030405_create_measurements.up.sql',
    '/home/app/migrations/20260102030405_create_measurements.down.sql',
  ],
  notes: ['creates table measurements', '9 generated columns, 7 of them indexed'],
}

test('new names the files, relative to where the reader is, and what the template did', () => {
  expect(lines(renderNew(made, screen(80), '/home/app'))).toMatchInlineSnapshot(`
    "
    created migrations/20260102030405_create_measurements.up.sql
    created migrations/20260102030405_create_measurements.down.sql
      creates table measurements
      9 generated columns, 7 of them indexed
      → look over what template measurements made, then run dbfleet up --all
    "
  `)
  expect(lines(renderNew(made, screen(40), '/home/app'))).toMatchInlineSnapshot(`
    "
    created migrations/20260102030405_create_measurements.up.sql
    created migrations/20260102030405_create_measurements.down.sql
      creates table measurements
      9 generated columns, 7 of them indexed
      → look over what template measurements
        made, then run dbfleet up --all
    "
  `)
  expect(lines(renderNew(made, screen(80, true), '/elsewhere'))).toMatchInlineSnapshot(`
    "
    [32mcreated[39m /home/app/migrations/20260102030405_create_measurements.up.sql
    [32mcreated[39m /home/app/migrations/20260102030405_create_measurements.down.sql
      creates table measurements
      9 generated columns, 7 of them indexed
    [2m  → look over what template measurements made, then run dbfleet up --all[22m
    "
  `)
})

test('an empty migration is to be filled in', () => {
  const empty = { ...made, template: null, notes: [] }
  expect(lines(renderNew(empty, screen(80), '/home/app'))).toMatchInlineSnapshot(`
    "
    created migrations/20260102030405_create_measurements.up.sql
    created migrations/20260102030405_create_measurements.down.sql
      → write the migration there, then run dbfleet up --all
    "
  `)
})

test('init names what it wrote and what it left alone', () => {
  const report: InitReport = {
    schema: 1,
    command: 'init',
    directory: '/home/app',
    created: ['dbfleet.config.ts', 'migrations/README.md', 'databases/'],
    kept: ['templates/README.md'],
  }
  expect(lines(renderInit(report, screen(80)))).toMatchInlineSnapshot(`
    "
    created dbfleet.config.ts
    created migrations/README.md
    created databases/
    kept    templates/README.md
      → make a migration with dbfleet new <name>, then run dbfleet up --all
    "
  `)
  expect(renderInit(report, screen(40, true))).toMatchInlineSnapshot(`
    [
      "[32mcreated[39m dbfleet.config.ts",
      "[32mcreated[39m migrations/README.md",
      "[32mcreated[39m databases/",
      "[2mkept    templates/README.md[22m",
      "[2m  → make a migration with dbfleet new[22m",
      "[2m    <name>, then run dbfleet up --all[22m",
    ]
  `)
})
