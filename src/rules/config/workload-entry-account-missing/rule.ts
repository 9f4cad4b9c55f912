import {textOf} from '../../../formats/decode.js'
import type {ConfigObject} from '../../../model/istio-config/config-object.js'
import type {ConfigFound, ConfigRule} from '../config-rule.js'

/** The account of a WorkloadEntry, or of the template of a WorkloadGroup, with its path. */
function accountOf({kind, raw}: ConfigObject): readonly [name: string | undefined, path: string] {
  const own =
    kind === 'WorkloadGroup' ? (['spec', 'template', 'serviceAccount'] as const) : (['spec', 'serviceAccount'] as const)
  return [textOf(raw, ...own), own.join('.')]
}

export const rule: ConfigRule = {
  code: 'MCT2162',
  slug: 'workload-entry-account-missing',
  aliases: [],
  severity: 'warning',
  title: 'ServiceAccount of the outside workload does not exist',
  why: 'The workload cannot get a token for the account, so its proxy gets no certificate; clients expect its identity.',
  fix: 'Create the ServiceAccount in the namespace of the object, or name the one whose token the workload uses.',
  references: ['https://istio.io/latest/docs/setup/install/virtual-machine/'],
  kinds: ['WorkloadEntry', 'WorkloadGroup'],
  needs: ['ServiceAccount'],
  check: set => {
    const known = new Set(set.of('ServiceAccount').map(({ref}) => `${ref.namespace}/${ref.name}`))
    return ['WorkloadEntry', 'WorkloadGroup']
      .flatMap(kind => set.of(kind))
      .flatMap((object): readonly ConfigFound[] => {
        const [name, path] = accountOf(object)
        if (name === undefined || name === '' || known.has(`${object.ref.namespace}/${name}`)) return []
        return [{object, path, message: `ServiceAccount ${object.ref.namespace}/${name} does not exist.`}]
      })
  },
}
