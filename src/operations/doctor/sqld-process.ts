import { readdir, readFile } from 'node:fs/promises'
import { isIP } from 'node:net'
import { basename } from 'node:path'

/** A server that runs on this machine. */
export interface SqldProcess {
  /** How many namespaces it keeps open at once. */
  maxActiveNamespaces: number
  /** Whether it was told how often to write its logs back into the databases. */
  checkpoints: boolean
  /** How many files it may have open; undefined when that cannot be seen. */
  openFiles?: number
}

const DEFAULT_ADDRESS = '127.0.0.1:8080'
const DEFAULT_MAX_ACTIVE = 100

/** True for a name or an address of this machine itself. */
export function isThisMachine(url: string): boolean {
  const host = new URL(url).hostname.replace(/^\[|\]$/g, '')
  if (isIP(host) !== 0) return /^(?:127\.|::1$|::ffff:7f)/.test(host)
  return /(?:^|\.)localhost\.?$/i.test(host)
}

/**
 * The sqld that listens at a URL of this machine, as Linux tells of its processes; undefined where
 * that cannot be seen: elsewhere, in a container, or when it belongs to another user.
 */
export async function findSqldProcess(url: string): Promise<SqldProcess | undefined> {
  if (!isThisMachine(url)) return undefined
  const { port: given, protocol } = new URL(url)
  const port = given || (/^(?:https|wss):$/.test(protocol) ? '443' : '80')
  const ids = (await readdir('/proc').catch(() => [])).filter(name => /^\d+$/.test(name))
  const found: SqldProcess[] = []
  for (const id of ids) {
    const settings = await settingsOf(id)
    const address = settings?.('http-listen-addr') ?? DEFAULT_ADDRESS
    if (settings === undefined || !address.endsWith(`:${port}`)) continue
    const openFiles = await openFilesOf(id)
    found.push({
      maxActiveNamespaces: Number(settings('max-active-namespaces') ?? DEFAULT_MAX_ACTIVE),
      checkpoints: settings('checkpoint-interval-s') !== undefined,
      ...(openFiles !== undefined && { openFiles }),
    })
  }
  // Of two in networks of their own, it is not known which one answers.
  return found.length === 1 ? found[0] : undefined
}

/** The value of a flag, given on the command line or in the environment. */
type Settings = (flag: string) => string | undefined

async function settingsOf(id: string): Promise<Settings | undefined> {
  const args = await stringsIn(`/proc/${id}/cmdline`)
  if (args === undefined || basename(args[0] ?? '') !== 'sqld') return undefined
  const environment = await stringsIn(`/proc/${id}/environ`)
  if (environment === undefined) return undefined
  const after = (list: readonly string[], start: string) =>
    list.find(each => each.startsWith(start))?.slice(start.length)
  return flag => {
    const at = args.indexOf(`--${flag}`)
    const variable = `SQLD_${flag.toUpperCase().replaceAll('-', '_')}`
    return at === -1
      ? (after(args, `--${flag}=`) ?? after(environment, `${variable}=`))
      : args[at + 1]
  }
}

async function stringsIn(file: string): Promise<string[] | undefined> {
  const text = await readFile(file, 'utf8').catch(() => undefined)
  return text?.split('\0')
}

async function openFilesOf(id: string): Promise<number | undefined> {
  const limits = await readFile(`/proc/${id}/limits`, 'utf8').catch(() => '')
  const soft = /^Max open files\s+(\d+)/m.exec(limits)?.[1]
  return soft === undefined ? undefined : Number(soft)
}
