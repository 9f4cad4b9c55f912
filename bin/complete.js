#!/usr/bin/env node
process.argv.splice(2, 0, 'complete', '--')
require('./run.js')
