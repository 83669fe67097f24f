// With `node --import` of this file, a process writes the URLs of all scripts that it loaded into
// the file that LOADED_SCRIPTS names. The debugger sees ES modules and CommonJS alike.
import { writeFileSync } from 'node:fs'
import { Session } from 'node:inspector'

const urls = []
const session = new Session()
session.connect()
session.on('Debugger.scriptParsed', ({ params }) => urls.push(params.url))
session.post('Debugger.enable')
process.on('exit', () => writeFileSync(process.env.LOADED_SCRIPTS, JSON.stringify(urls)))
