/** An element of a document, as far as the tests look at it. */
export interface XmlElement {
  name: string
  attributes: Record<string, string>
  children: XmlElement[]
  text: string
}

const TAG = /<(\/?)([\w.-]+)((?:\s+[\w.-]+="[^"<]*")*)\s*(\/?)>/y
const TEXT = /[^<]+/y

/** Reads a well-formed document, without DTD, comments and CDATA; throws for any other text. */
export function readXml(text: string): XmlElement {
  const forbidden = /[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u
  if (forbidden.test(text)) throw new Error('a character that XML cannot hold')
  const root: XmlElement = { name: '', attributes: {}, children: [], text: '' }
  const open = [root]
  let at = text.startsWith('<?xml ') ? text.indexOf('?>') + 2 : 0
  while (at < text.length) {
    const element = open.at(-1) as XmlElement
    TAG.lastIndex = at
    TEXT.lastIndex = at
    const tag = TAG.exec(text)
    const run = TEXT.exec(text)?.[0]
    if (tag !== null) {
      const [whole, closes, name = '', attributes = '', isEmpty] = tag
      at += whole.length
      if (closes !== '') {
        if (open.pop()?.name !== name) throw new Error(`</${name}> closes another element`)
        continue
      }
      const child = { name, attributes: readAttributes(attributes), children: [], text: '' }
      element.children.push(child)
      if (isEmpty === '') open.push(child)
    } else if (run !== undefined) {
      element.text += unescaped(run)
      at += run.length
    } else throw new Error(`not XML: ${text.slice(at, at + 60)}`)
  }
  const [only, second] = root.children
  if (open.length !== 1 || only === undefined || second !== undefined) {
    throw new Error('not one element')
  }
  return only
}

function readAttributes(text: string): Record<string, string> {
  const pairs = [...text.matchAll(/([\w.-]+)="([^"]*)"/g)]
  return Object.fromEntries(pairs.map(([, name = '', value = '']) => [name, unescaped(value)]))
}

const ENTITIES: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
}

function unescaped(text: string): string {
  return text.replace(/&(\w*);?/g, (entity, name: string) => {
    const sign = ENTITIES[name]
    if (sign === undefined || !entity.endsWith(';')) throw new Error(`${entity} is no entity`)
    return sign
  })
}
