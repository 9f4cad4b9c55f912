import {Flags} from '@oclif/core'
import {debugFlags, overlayFlags, repeatableFlag, selectorFlag, suppressFlag, teamFlags, watchFlags} from './flags.js'

/** Which rules are checked, and which of their findings count: those of check and monitor. */
export const ruleFlags = {
  only: repeatableFlag('run only these rules: codes, names or IST codes, comma-separated'),
  skip: repeatableFlag('skip these rules'),
  suppress: suppressFlag,
  ...teamFlags,
} as const

/** The flags of check. */
export const checkFlags = {
  file: repeatableFlag('manifests to check: files, directories, - for standard input', 'f'),
  selector: selectorFlag,
  ...watchFlags,
  ...debugFlags,
  ...overlayFlags,
  'all-namespaces': Flags.boolean({
    char: 'A',
    description: 'check every namespace, and the configuration of the mesh',
  }),
  ...ruleFlags,
  'fail-on': Flags.option({
    options: ['error', 'warning', 'info'] as const,
    description: 'exit with 1 at this severity or above (default warning)',
  })(),
  fix: Flags.boolean({description: 'print patches for findings that can be fixed automatically'}),
  shard: Flags.string({helpValue: 'I/N', description: 'check only part I of N of the workloads (I starts at 0)'}),
  deep: Flags.boolean({allowNo: true, description: 'inspect each pod (default; off with -A on a live cluster)'}),
} as const
