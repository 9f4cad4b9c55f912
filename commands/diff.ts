import {Args, Flags} from '@oclif/core'
import type {CommandNeeds} from '../src/cli/command-needs.js'
import {MeshCommand} from '../src/cli/mesh-command.js'
import {runDiff} from '../src/cli/runs/run-diff.js'
import {example} from '../src/cli/usage/example.js'
import {diffView} from '../src/reports/diff/view.js'
import {formsOf} from '../src/reports/view.js'

export default class Diff extends MeshCommand {
  static override summary = 'Compare the config of istiod and Envoy, or of any two proxies'
  static override description =
    'Each side is a pod, a file, a bundle or a snapshot. Resources are matched by name; order is compared only where Envoy honours it. Exit code 0: equal, 1: different. -o json prints a JSON Patch.'
  static override examples = [
    example('Compare what istiod sent with what Envoy runs', 'diff deploy/sick-nack-v1 --from sample'),
    example('Compare two captures', 'diff before.tgz after.tgz'),
    example('Find the replica whose config differs from the rest', 'diff --replicas sts/db -n demo'),
  ]
  static override forms = formsOf(diffView)
  static override needs: CommandNeeds = {
    cluster: {needs: ['pods', 'forward'], more: ['workloads', 'istiods', 'istiod', 'filters']},
  }
  static override args = {
    first: Args.string({ignoreStdin: true, description: 'a pod, or a file, bundle or snapshot:NAME'}),
    second: Args.string({
      ignoreStdin: true,
      description: "what to compare it with (default: istiod's config for the pod)",
    }),
  }
  static override flags = {
    against: Flags.string({helpValue: 'SOURCE', description: 'source of the second side'}),
    replicas: Flags.string({helpValue: 'WORKLOAD', description: 'find the replica whose config differs from the rest'}),
    'all-namespaces': Flags.boolean({char: 'A', description: 'find replicas that differ, in every namespace'}),
    'ask-anyway': Flags.boolean({
      description: 'query istiod even if its version has a bug triggered by the query (istio/istio#57789)',
    }),
  }

  /** `--replicas` without a workload, beside -A, means those of every workload. */
  override async init(): Promise<void> {
    await super.init()
    if (!this.argv.some(word => word === '-A' || word === '--all-namespaces')) return
    this.argv = this.argv.filter((word, at) => word !== '--replicas' || this.argv[at + 1]?.startsWith('-') === false)
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
