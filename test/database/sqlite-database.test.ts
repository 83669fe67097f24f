import { describeFileDatabase } from './file-contract.js'

describeFileDatabase('better-sqlite3', { engine: 'better-sqlite3' })
