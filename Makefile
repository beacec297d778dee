.PHONY: start stop test demo

start stop:
	scripts/dev-stack $@

test demo:
	scripts/$@
