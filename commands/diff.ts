import {Args, Flags} from '@oclif/core'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {runDiff} from '../src/cli/run-diff.js'
import {diffView} from '../src/reports/diff/view.js'

export default class Diff extends MeshCommand {
  static override summary =
    'Compare what istiod holds with what Envoy runs, or any two proxies, files, bundles or snapshots'
  static override description =
    'Resources are paired by name; order counts only where Envoy heeds it. Exit code 0: equal, 1: different. -o json is a JSON Patch.'
  static override examples = [
    '<%= config.bin %> diff deploy/sick-nack-v1 --from sample',
    '<%= config.bin %> diff before.tgz after.tgz',
    '<%= config.bin %> diff --replicas sts/db -n demo',
  ]
  static override args = {
    first: Args.string({ignoreStdin: true, description: 'a pod, or a file, bundle or snapshot:NAME'}),
    second: Args.string({
      ignoreStdin: true,
      description: 'what to compare it with; without it, what istiod holds for the pod',
    }),
  }
  static override flags = {
    against: Flags.string({helpValue: 'SOURCE', description: 'where the second side comes from'}),
    replicas: Flags.string({helpValue: 'WORKLOAD', description: 'find the replica that is unlike the others'}),
    'all-namespaces': Flags.boolean({char: 'A', description: 'find odd replicas of every workload'}),
    'ask-anyway': Flags.boolean({description: 'ask istiod even where its version is hurt by the question'}),
  }

  async run(): Promise<void> {
    const {args, flags} = await this.parse(Diff)
    const words = {
      ...args,
      against: flags.against,
      replicas: flags.replicas,
      all: flags['all-namespaces'],
      askAnyway: flags['ask-anyway'],
    }
    await this.print(flags, await runDiff(words, flags, this.config.root), diffView)
  }
}
