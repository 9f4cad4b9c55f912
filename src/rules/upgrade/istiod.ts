import {type EnvVariable, templateEnv} from '../../formats/istio-config/upgrade.js'
import type {ConfigObject} from '../../model/istio-config/config-object.js'
import type {ConfigSet} from '../config/config-set.js'

/** The Deployments of istiod. */
export function istiods(set: ConfigSet): readonly ConfigObject[] {
  return set
    .of('Deployment')
    .filter(
      ({ref, labels}) => ref.namespace === set.istioNamespace && (labels.app === 'istiod' || ref.name === 'istiod'),
    )
}

/** A variable of istiod with the Deployment that sets it. */
export interface IstiodVariable extends EnvVariable {
  readonly object: ConfigObject
}

/** The variables of all istiods. */
export function istiodVariables(set: ConfigSet): readonly IstiodVariable[] {
  return istiods(set).flatMap(object => templateEnv(object).map(each => ({...each, object})))
}

/** True when some istiod sets the variable. */
export function isSet(set: ConfigSet, name: string): boolean {
  return istiodVariables(set).some(each => each.name === name)
}
