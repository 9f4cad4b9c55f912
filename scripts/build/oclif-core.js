// What the program uses of oclif, and nothing else: the release build reads this instead of the package's index, which would
// load templates, spinners and search for newer versions on every start. A name missing here fails the build.
export * as Args from '@oclif/core/args'
export {Command} from '@oclif/core/command'
export * as Flags from '@oclif/core/flags'
export {run} from '@oclif/core/run'
export {settings} from '@oclif/core/settings'
