// Package config reads the step's inputs. One table names them all; flags, FC_ROLLOUT_ variables, INPUT_ variables,
// action.yml and the README's table follow it. Everything that is wrong is reported at once, before anything is called.
package config
