import {Args, Flags} from '@oclif/core'
import {NO_NEEDS} from '../../src/cli/command-needs.js'
import {MeshCommand} from '../../src/cli/mesh-command.js'
import {example} from '../../src/cli/usage/example.js'
import {bisectReport, bisectView, parseBisectQuery} from '../../src/reports/snapshots/bisect.js'
import {formsOf} from '../../src/reports/view.js'
import {snapshotFolder} from '../../src/sources/snapshot/place.js'
import {listSnapshots, snapshotSource} from '../../src/sources/snapshot/store.js'

export default class SnapshotBisect extends MeshCommand {
  static override summary = 'Find the snapshot in which a resource appeared or disappeared'
  static override examples = [
    example('Find the snapshot in which a cluster appeared or disappeared', 'snapshot bisect cluster/ratings.demo'),
  ]
  static override forms = formsOf(bisectView)
  static override needs = NO_NEEDS
  static override args = {
    what: Args.string({
      ignoreStdin: true,
      required: true,
      description:
        'KIND/NAME of an Envoy resource: cluster, listener, route, endpoint (cluster or address), secret, extension',
    }),
  }
  static override flags = {
    pod: Flags.string({description: 'look only at this pod or workload'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(SnapshotBisect)
    const wish = parseBisectQuery(args.what, flags.pod)
    const folder = snapshotFolder()
    const {snapshots} = await listSnapshots(folder)
    const names = snapshots.map(each => each.name)
    await this.print(flags, await bisectReport(names, name => snapshotSource(folder, name), wish), bisectView)
  }
}
