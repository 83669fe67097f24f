import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import Database from 'better-sqlite3'
import { afterEach, describe, expect, it } from 'vitest'
import type { Manifest } from '../../src/backup/manifest.js'
import { manifestErrors } from '../docs/manifest-schema.js'
import { schemaErrors } from '../docs/report-schema.js'
import { type S3Options, type S3Server, startS3 } from '../s3/start-s3.js'
import { temporaryDirectories } from '../temporary-directory.js'
import { backUp } from './backup-sets.js'
import { runCli, runJson, writeFiles } from './run-cli.js'

describe('backup to S3-compatible storage', () => {
  const directory = temporaryDirectories()
  const servers: S3Server[] = []
  afterEach(async () => {
    for (const server of servers.splice(0)) await server[Symbol.asyncDispose]()
  })

  async function start(options: S3Options = {}): Promise<S3Server> {
    const server = await startS3(options)
    servers.push(server)
    return server
  }

  function project(config: object = {}, names = ['alice', 'bob']): string {
    const cwd = directory()
    writeFiles(cwd, {
      'dbfleet.config.json': JSON.stringify({ fleet: [{ files: 'databases/*.db' }], ...config }),
      'databases/.keep': '',
      'tmp/.keep': '',
    })
    for (const name of names) {
      const db = new Database(join(cwd, 'databases', `${name}.db`))
      db.exec('CREATE TABLE notes (id INTEGER PRIMARY KEY, text)')
      db.prepare('INSERT INTO notes (text) VALUES (?)').run(`of ${name}`)
      db.close()
    }
    return cwd
  }

  function manifestIn({ bucket }: S3Server, set: string): Manifest {
    const { body } = bucket.get(`${set.slice('s3://bucket/'.length)}/manifest.json`)
    return JSON.parse(body.toString()) as Manifest
  }

  it('makes a set that is proven, and leaves nothing on this machine', async () => {
    const server = await start()
    const cwd = project()
    const env = { ...server.env, TMPDIR: join(cwd, 'tmp') }
    const args = ['--out', 's3://bucket/sets', '--compress', 'gzip']
    const { status, document, stderr } = await backUp(args, { cwd, env })
    expect([status, stderr]).toEqual([0, ''])
    expect(schemaErrors(document)).toEqual([])
    expect(document.databases.map(({ proven }) => proven)).toEqual([true, true])
    expect(document.set).toMatch(/^s3:\/\/bucket\/sets\/\d{8}T\d{6}Z$/)
    expect(readdirSync(join(cwd, 'tmp'))).toEqual(['.keep'])
    expect(existsSync(join(cwd, 'backups'))).toBe(false)

    const manifest = manifestIn(server, document.set)
    expect(manifestErrors(manifest)).toEqual([])
    const set = document.set.slice('s3://bucket/'.length)
    expect([...server.bucket.objects.keys()].sort()).toEqual([
      `${set}/databases/alice.sql.gz`,
      `${set}/databases/bob.sql.gz`,
      `${set}/manifest.json`,
      `${set}/manifest.json.sha256`,
      `${set}/started.json`,
    ])
    const { body } = server.bucket.get(`${set}/databases/alice.sql.gz`)
    expect(gunzipSync(body).toString()).toContain("'of alice'")
    for (const { body } of server.bucket.objects.values()) {
      expect(body.includes(server.credentials.secretAccessKey)).toBe(false)
    }
  })

  it('makes sets that are verified and restored from there, encrypted too', async () => {
    const server = await start()
    const cwd = project()
    const options = { cwd, env: { ...server.env, DBFLEET_PASSPHRASE: 'open sesame' } }
    const { status, document } = await backUp(['--out', 's3://bucket/sets'], options)
    expect(status).toBe(0)
    for (const { body } of server.bucket.objects.values()) {
      expect(body.includes('of alice')).toBe(false)
    }
    const verified = await runJson(['verify', document.set, '--restore'], options)
    expect([verified.status, verified.document.findings]).toEqual([0, []])
    const restored = await runJson(['restore', document.set, '--all', '--to', 'new'], options)
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    const db = new Database(join(cwd, 'new', 'alice.db'), { readonly: true })
    expect(db.prepare('SELECT text FROM notes').pluck().all()).toEqual(['of alice'])
    db.close()

    const object = [...server.bucket.objects.keys()].find(key => key.includes('alice')) ?? ''
    const { body, metadata } = server.bucket.get(object)
    const flipped = Buffer.from(body)
    flipped.writeUInt8(flipped.readUInt8(100) ^ 1, 100)
    server.bucket.put(object, flipped, metadata, false)
    const damaged = await runJson(['verify', document.set], { cwd, env: server.env })
    expect(damaged.status).toBe(1)
    expect(damaged.document).toMatchObject({ findings: [{ code: 'object-damaged' }] })
  })

  it('takes the place, the endpoint and the keys from the configuration', async () => {
    const server = await start()
    const { accessKeyId, secretAccessKey } = server.credentials
    const cwd = project({
      backups: 's3://bucket',
      s3: {
        endpoint: server.url,
        region: 'us-east-1',
        accessKeyId: { env: 'TEST_KEY_ID' },
        secretAccessKey: { file: 'key.txt' },
      },
    })
    writeFiles(cwd, { 'key.txt': `${secretAccessKey}\n` })
    const env = { TEST_KEY_ID: accessKeyId, AWS_ACCESS_KEY_ID: 'other' }
    const { status, stdout } = await runCli(['backup'], { cwd, env })
    expect(status).toBe(0)
    expect(stdout).toMatch(/set s3:\/\/bucket\/\d{8}T\d{6}Z\n$/)
    expect((await runCli(['doctor', '--offline'], { cwd, env })).stdout).not.toContain('backups-')
  })

  it('gives sets of one second names of their own', async () => {
    const server = await start()
    const cwd = project()
    const options = { cwd, env: server.env }
    const runs = await Promise.all(
      [1, 2, 3].map(() => backUp(['--out', 's3://bucket/sets'], options)),
    )
    expect(new Set(runs.map(({ document }) => document.set)).size).toBe(3)
    for (const { document } of runs) {
      expect(manifestIn(server, document.set)).toMatchObject({ complete: true })
    }
  })

  it('does the others when one cannot be written, and names that', async () => {
    const server = await start({
      fate: ({ method, key }) => (method === 'PUT' && key.includes('alice') ? 'deny' : 'pass'),
    })
    const cwd = project()
    const options = { cwd, env: server.env }
    const { status, document } = await backUp(['--out', 's3://bucket/sets'], options)
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'alice', status: 'failed', error: { code: 'store-denied' } },
      { name: 'bob', proven: true },
    ])
    expect(manifestIn(server, document.set)).toMatchObject({ complete: false })
  })

  it('calls nothing proven whose bytes come back as half of what was sent', async () => {
    const server = await start({
      fate: ({ method, key }) =>
        method === 'GET' && key.includes('alice') ? 'half an answer' : 'pass',
    })
    const cwd = project()
    const options = { cwd, env: server.env }
    const { status, document } = await backUp(['--out', 's3://bucket/sets'], options)
    expect(status).toBe(3)
    expect(document.databases).toMatchObject([
      { name: 'alice', proven: false, error: { code: 'object-damaged' } },
      { name: 'bob', proven: true },
    ])
  })

  it('makes no set when the manifest cannot be written', async () => {
    const server = await start({
      fate: ({ method, key }) =>
        method === 'PUT' && key.endsWith('manifest.json') ? 'deny' : 'pass',
    })
    const cwd = project()
    const options = { cwd, env: server.env }
    const { status, document } = await runJson(['backup', '--out', 's3://bucket/sets'], options)
    expect(status).toBe(3)
    expect(document).toMatchObject({ error: { code: 'set-unfinished' } })
    const keys = [...server.bucket.objects.keys()]
    expect(keys.filter(key => key.endsWith('manifest.json'))).toEqual([])
  })

  it.each([
    ['s3://AKIA:hush-hush@bucket/sets', {}, 'secret-in-url'],
    ['s3://bucket/sets?key=hush-hush', {}, 'bad-store'],
    ['s3://', {}, 'bad-store'],
    ['s3://bucket/a/../b', {}, 'bad-store'],
    ['s3://other/sets', {}, 'out-unwritable'],
    ['s3://bucket/sets', { AWS_SECRET_ACCESS_KEY: 'hush-hush' }, 'out-unwritable'],
    ['s3://bucket/sets', { AWS_ACCESS_KEY_ID: '', HOME: '/nowhere' }, 'out-unwritable'],
  ])('touches nothing when no set can be made in %s (%j)', async (out, wrong, code) => {
    const server = await start()
    const cwd = project()
    const options = { cwd, env: { ...server.env, ...wrong } }
    const { status, document, stdout, stderr } = await runJson(['backup', '--out', out], options)
    expect(status).toBe(2)
    expect(document).toMatchObject({ error: { code, hint: expect.any(String) } })
    expect(stdout + stderr).not.toContain('hush-hush')
    expect(server.bucket.objects.size).toBe(0)
  })
})
