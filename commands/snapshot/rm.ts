import {Args, Flags} from '@oclif/core'
import {NO_NEEDS} from '../../src/cli/command-needs.js'
import {confirmed} from '../../src/cli/flags/confirmed.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {pruneReport, pruneView} from '../../src/reports/snapshots/prune.js'
import {formsOf} from '../../src/reports/view.js'
import {snapshotFolder} from '../../src/sources/snapshot/place.js'
import {pruneSnapshots} from '../../src/sources/snapshot/prune.js'

export default class SnapshotRm extends MeshCommand {
  static override summary = 'Remove snapshots by name'
  static override aliases = ['snapshot:delete']
  static override examples = [example('Remove a snapshot without being asked', 'snapshot rm before-upgrade --yes')]
  static override forms = formsOf(pruneView)
  static override needs = NO_NEEDS
  static override strict = false
  static override args = {
    name: Args.string({ignoreStdin: true, required: true, description: 'names of snapshots'}),
  }
  static override flags = {
    'dry-run': Flags.boolean({description: 'only print what would be removed'}),
    yes: Flags.boolean({char: 'y', description: 'do not ask'}),
  }

  async run(): Promise<void> {
    const {argv, flags} = await this.parse(SnapshotRm)
    const folder = snapshotFolder()
    const wish = {names: argv as string[], dryRun: flags['dry-run'], now: new Date()}
    if (!wish.dryRun) {
      const {removed} = await pruneSnapshots(folder, {...wish, dryRun: true})
      await confirmed(`Remove ${removed.map(({name}) => name).join(', ')}?`, flags.yes)
    }
    await this.print(flags, pruneReport(await pruneSnapshots(folder, wish), folder, wish.dryRun), pruneView)
  }
}
