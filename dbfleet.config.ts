import { defineConfig } from 'dbfleet'

export default defineConfig({
  // The name of a database is the part of the path that * matched.
  fleet: [{ files: 'databases/*.db' }],
})
