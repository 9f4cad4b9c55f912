import {Flags} from '@oclif/core'
import {NO_NEEDS} from '../../src/cli/command-needs.js'
import {confirmed} from '../../src/cli/flags/confirmed.js'
import {durationMs} from '../../src/cli/flags/flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {pruneReport, pruneView} from '../../src/reports/snapshots/prune.js'
import {formsOf} from '../../src/reports/view.js'
import {snapshotFolder} from '../../src/sources/snapshot/place.js'
import {pruneSnapshots} from '../../src/sources/snapshot/prune.js'

export default class SnapshotPrune extends MeshCommand {
  static override summary = 'Remove old snapshots and unreferenced data'
  static override examples = [
    example('Say what would be removed', 'snapshot prune --keep 10 --older-than 7d --dry-run'),
  ]
  static override forms = formsOf(pruneView)
  static override needs = NO_NEEDS
  static override flags = {
    keep: Flags.integer({min: 0, description: 'keep at least this many of the newest snapshots'}),
    'older-than': Flags.string({
      helpValue: 'DURATION',
      description: 'remove only snapshots older than this, such as 7d',
    }),
    'dry-run': Flags.boolean({description: 'only print what would be removed'}),
    yes: Flags.boolean({char: 'y', description: 'do not ask when no snapshot would be left'}),
  }

  async run(): Promise<void> {
    const {flags} = await this.parse(SnapshotPrune)
    const folder = snapshotFolder()
    const olderThanMs = flags['older-than'] === undefined ? undefined : durationMs(flags['older-than'])
    const wish = {keep: flags.keep, olderThanMs, dryRun: flags['dry-run'], now: new Date()}
    if (!wish.dryRun) {
      const {removed, kept} = await pruneSnapshots(folder, {...wish, dryRun: true})
      if (removed.length > 0 && kept.length === 0)
        await confirmed(
          `Remove ${removed.length === 1 ? 'the only snapshot' : `all ${removed.length} snapshots`}?`,
          flags.yes,
        )
    }
    await this.print(flags, pruneReport(await pruneSnapshots(folder, wish), folder, flags['dry-run']), pruneView)
  }
}
