import { describeDatabase } from './contract.js'

describeDatabase('libSQL', { engine: 'libsql' })
