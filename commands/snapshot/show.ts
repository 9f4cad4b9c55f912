import {Args} from '@oclif/core'
import {NO_NEEDS} from '../../src/cli/command-needs.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {snapshotShowReport, snapshotShowView} from '../../src/reports/snapshots/show.js'
import {formsOf} from '../../src/reports/view.js'
import {snapshotFolder} from '../../src/sources/snapshot/place.js'
import {findSnapshot, isWhole, snapshotIndex} from '../../src/sources/snapshot/store.js'

export default class SnapshotShow extends MeshCommand {
  static override summary = 'Show what a snapshot contains, and whether it is complete'
  static override examples = [example('Show what a snapshot holds', 'snapshot show before-upgrade')]
  static override forms = formsOf(snapshotShowView)
  static override needs = NO_NEEDS
  static override args = {
    name: Args.string({ignoreStdin: true, default: 'latest', description: 'name of the snapshot, or latest'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(SnapshotShow)
    const folder = snapshotFolder()
    const head = await findSnapshot(folder, args.name)
    const index = await snapshotIndex(folder, head)
    const whole = await isWhole(folder, head)
    await this.print(flags, snapshotShowReport(head, index, whole), snapshotShowView)
  }
}
