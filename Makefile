# Each target first sees to its set-up: on a bare machine that takes minutes, afterwards none.
.PHONY: demo test studio setup bench

demo: ## Align a small real model on this machine and open a report of what changed
	@./attune demo

test: setup ## Formatting, lint, types, and every test
	@scripts/test.sh

studio: ## The web studio: collect preferences, watch training
	@./attune studio

setup: ## Node 24, npm packages, the studio's pages, libtorch, the compiled addon
	@scripts/setup.sh

bench: setup ## Side-by-side measurements
	@scripts/bench.sh
