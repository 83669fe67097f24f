import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { isPostQuantum, recipientProblem } from '../../backup/age.js'
import { UsageError } from '../../errors/usage-error.js'

const PRIVATE = /^AGE-SECRET-KEY-/i
const LONGEST_FILE = 1 << 20

/**
 * Who can open a set: public keys of age, each given as itself or by a file with one on each line.
 *
 * @param cwd what relative paths start from
 * @throws UsageError `bad-recipient` naming the first that is none; nothing was read of a database
 */
export async function recipientsOf(given: readonly string[], cwd: string): Promise<string[]> {
  const found: string[] = []
  for (const each of given) {
    if (PRIVATE.test(each)) throw privateKey('what is given')
    if (/^age1/i.test(each)) found.push(checked(each, JSON.stringify(each)))
    else if (/^ssh-/.test(each)) throw ssh('what is given')
    else found.push(...(await inFile(resolve(cwd, each))))
  }
  const recipients = [...new Set(found)]
  const strong = recipients.filter(isPostQuantum)
  if (strong.length === 0 || strong.length === recipients.length) return recipients
  throw bad(
    'recipients with and without protection against quantum computers are mixed',
    'The weaker ones would undo it. Take only such as begin with age1pq1, or none.',
  )
}

async function inFile(path: string): Promise<string[]> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    throw bad(
      `${path} is no recipient, and no file with recipients: ${error.code ?? error.message}`,
      'A recipient begins with age1; `age-keygen -y` shows that of a private key.',
    )
  })
  if (text.length > LONGEST_FILE) throw bad(`${path} is too large`, 'Name a file of recipients.')
  const recipients = text.split('\n').flatMap((line, index) => {
    const recipient = line.trim()
    if (recipient === '' || recipient.startsWith('#')) return []
    const place = `${path}:${index + 1}`
    if (PRIVATE.test(recipient)) throw privateKey(place)
    if (/^ssh-/.test(recipient)) throw ssh(place)
    return checked(recipient, place)
  })
  if (recipients.length > 0) return recipients
  throw bad(`${path} names no recipient`, 'Write one on each line; each begins with age1.')
}

function checked(recipient: string, what: string): string {
  const problem = recipientProblem(recipient)
  if (problem === undefined) return recipient
  throw bad(`${what} is no recipient of age: ${problem}`, 'Copy it again, whole.')
}

function privateKey(what: string): UsageError {
  return bad(
    `${what} is a private key, not a recipient`,
    'Sets are encrypted to public keys: `age-keygen -y` shows that of a private one.',
  )
}

function ssh(what: string): UsageError {
  return bad(`${what} is a key of SSH`, 'Make one of age: `age-keygen -o key.txt`.')
}

function bad(message: string, hint: string): UsageError {
  return new UsageError('bad-recipient', message, { hint: `Nothing was backed up. ${hint}` })
}
