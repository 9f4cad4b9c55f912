import {Flags} from '@oclif/core'

/** The flags of `capture`. */
export const CAPTURE_FLAGS = {
  to: Flags.string({
    helpValue: 'FILE.tgz',
    description: 'bundle to write, - for stdout (default: incident-TIME.tgz)',
  }),
  'check-secrets': Flags.boolean({exclusive: ['to', 'unredacted'], description: 'only list what would be hidden'}),
  resume: Flags.string({
    helpValue: 'FILE.tgz',
    exclusive: ['unredacted', 'check-secrets'],
    description: 'continue an earlier capture: keep what it holds, read again what failed',
  }),
  'all-namespaces': Flags.boolean({char: 'A', description: 'pods in every namespace'}),
  selector: Flags.string({char: 'l', description: 'label selector for the pods'}),
  with: Flags.string({
    multiple: true,
    multipleNonGreedy: true,
    options: ['istiod'],
    description: "also capture the control plane's view",
  }),
  concurrency: Flags.integer({default: 8, min: 1, max: 64, description: 'number of pods to read in parallel'}),
  yes: Flags.boolean({char: 'y', description: 'do not ask, whatever the size'}),
  unredacted: Flags.boolean({description: 'do not redact secrets in the bundle (do not share it)'}),
}
