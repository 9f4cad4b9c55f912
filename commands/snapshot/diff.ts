import {Args, Flags} from '@oclif/core'
import {NO_NEEDS} from '../../src/cli/command-needs.js'
import {durationMs} from '../../src/cli/flags/flags.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {runDiff} from '../../src/cli/runs/run-diff.js'
import {example} from '../../src/cli/usage/example.js'
import {diffView} from '../../src/reports/diff/view.js'
import {formsOf} from '../../src/reports/view.js'
import {twoSnapshots} from '../../src/sources/snapshot/choose.js'
import {snapshotFolder} from '../../src/sources/snapshot/place.js'
import {listSnapshots} from '../../src/sources/snapshot/store.js'

export default class SnapshotDiff extends MeshCommand {
  static override summary = 'Compare two snapshots (default: the newest two)'
  static override examples = [
    example('Show what changed in the last hour', 'snapshot diff --since 1h'),
    example('Compare two snapshots by name', 'snapshot diff before after'),
  ]
  static override forms = formsOf(diffView)
  static override needs = NO_NEEDS
  static override args = {
    first: Args.string({ignoreStdin: true, description: 'the older snapshot'}),
    second: Args.string({ignoreStdin: true, description: 'the newer snapshot (default: the newest)'}),
  }
  static override flags = {
    since: Flags.string({
      helpValue: 'DURATION',
      description: 'compare the newest with one at least this much older, such as 1h',
    }),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(SnapshotDiff)
    const folder = snapshotFolder()
    const {snapshots} = await listSnapshots(folder)
    const sinceMs = flags.since === undefined ? undefined : durationMs(flags.since)
    const [older, newer] = twoSnapshots(snapshots, [args.first, args.second], sinceMs)
    const words = {first: `snapshot:${older.name}`, second: `snapshot:${newer.name}`}
    await this.print(flags, await runDiff(words, flags, this.config.root), diffView)
  }
}
