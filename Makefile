# 客档 Kedang. Everything is set up by the command that needs it; nothing outside this folder and KEDANG_DATA_DIR is touched.
.DEFAULT_GOAL := help
SHELL := /bin/sh
PYTHON := .venv/bin/python
PORT ?= 8000
PYTEST_ARGS ?=
# Modules stay compiled for the many processes of servers, tests and harnesses, also where nothing may be written beside sources.
unexport PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX ?= $(CURDIR)/build/pycache

.PHONY: help
help: ## 显示本页 / this page
	@awk 'BEGIN {FS = ":.*## "} \
	  /^#@ / {printf "\n%s\n", substr($$0, 4)} \
	  /^[a-z-]+:.*## / {printf "  make %-18s %s\n", $$1, $$2}' $(MAKEFILE_LIST)
	@printf '\n  KEDANG_DATA_DIR  KEDANG_DATABASE_URL  PORT   见 README / see README\n\n'

#@ 使用 / use
.PHONY: setup setup-ocr run
setup: ## 只做准备：组件、前端、静态文件 / set-up only, leaves .venv/bin/kedang
	@bin/setup
setup-ocr: setup ## 另装文字识别组件，扫描件才能按内容检索 / also what reads the text of scans
	@bin/setup --ocr
run: setup ## 准备并启动（首次附演示数据），PORT=8000 / set up and run, demo data on first start
	@.venv/bin/kedang setup --demo
	@exec .venv/bin/kedang serve --port $(PORT)

#@ 检验 / check
.PHONY: setup-test test test-sqlite test-postgresql test-optimised journeys lint ci
setup-test: ## 另装测试所需组件 / also what tests and checks need
	@bin/setup --test
test: setup-test ## 全部测试：SQLite、PostgreSQL、浏览器 / everything
	@$(PYTHON) -m tools.suite sqlite postgresql journeys -- $(PYTEST_ARGS)
test-sqlite: setup-test ## 只测 SQLite / the SQLite half
	@$(PYTHON) -m tools.suite sqlite -- $(PYTEST_ARGS)
test-postgresql: setup-test ## 只测 PostgreSQL（自带服务器）/ the PostgreSQL half, on its own server
	@$(PYTHON) -m tools.suite postgresql -- $(PYTEST_ARGS)
journeys: setup-test ## 只测浏览器流程 / only the browser journeys
	@$(PYTHON) -m tools.suite journeys -- $(PYTEST_ARGS)
lint: setup-test ## 代码检查 / style, types, imports, migrations, house rules, translations
	@$(PYTHON) -m tools.lint $(CHECK)
test-optimised: setup-test ## 全部测试，程序以 python -O 运行 / everything, the program under python -O
	@PYTHONOPTIMIZE=1 $(PYTHON) -m tools.suite sqlite postgresql -- $(PYTEST_ARGS)
ci: lint test ## 持续集成所做的一切 / what CI does

#@ 证明 / proofs（见 docs/operate/proof.md）
.PHONY: harness-access harness-access-short harness-races
harness-access: setup-test ## 谁能从哪里看到什么，SEED= PLANT=all PARTS= ONLY= ENGINE= / who sees what through which exit
	@$(PYTHON) -m tests.access.harness $(if $(ENGINE),--engine $(ENGINE)) $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant $(PLANT)) $(if $(PARTS),--parts $(PARTS)) $(if $(ONLY),--only $(ONLY)) $(if $(JSON),--json $(JSON))
harness-access-short: setup-test ## 持续集成用的短形式，并证明它会变红 / the short form, and that it can fail
	@$(PYTHON) -m tests.access.harness --short --prove --processes 1 $(if $(ENGINE),--engine $(ENGINE)) $(if $(SEED),--seed $(SEED))
harness-races: setup-test ## 同一对象上多项操作同时进行：混合 ROUNDS=200、两两 PAIR_ROUNDS=3，CLIENTS=16 ENGINE= GROUP= SEED= PLANT= / writing services at once, mixed and in pairs
	@$(PYTHON) -m tests.races $(or $(ROUNDS),200) $(or $(CLIENTS),16) $(ENGINE) --prove --pair-rounds $(or $(PAIR_ROUNDS),3) \
	  $(if $(GROUP),--group "$(GROUP)") $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant $(PLANT)) $(if $(JSON),--json $(JSON))

.PHONY: harness-codes
harness-codes: setup-test ## 两人同时各编 NUMBERS=1000 个档号，ENGINE= SEED= PLANT=1 / two archivists number at once: no clash, no gap
	@$(PYTHON) -m tests.harness.codes $(if $(ENGINE),--engine $(ENGINE)) $(if $(NUMBERS),--numbers $(NUMBERS)) $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant)
.PHONY: harness-sign-in
harness-sign-in: setup-test ## 登录答复的时间是否泄露账号，二十种带走档案的脚本，TRIES=2000 SEED= PROCESSOR=1（机器忙时按处理器时间判）/ timing of answers, twenty abuse scripts
	@$(PYTHON) -m tests.harness.sign_in_timing $(if $(PROCESSOR),--processor) $(if $(TRIES),--tries $(TRIES)) $(if $(SEED),--seed $(SEED))
	@KEDANG_TEST_ABUSE=full $(PYTHON) -m pytest -q -s -p no:cacheprovider tests/access/test_stepup_quota.py -k carries

.PHONY: harness-keys
harness-keys: setup-test ## 更换密钥时反复强行终止，KILLS=50 OBJECTS=100000 ENGINE= SEED= PLANT=1 / key rotation, killed again and again
	@$(PYTHON) -m tests.harness.keys $(if $(KILLS),--kills $(KILLS)) $(if $(OBJECTS),--objects $(OBJECTS)) $(if $(ENGINE),--engine $(ENGINE)) $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant)

.PHONY: harness-log
harness-log: setup-test ## 对留痕作随机改动，两个核验程序都须发现，EVENTS=1000000 CHANGES=20000 SEED= PLANT=1 / random changes of a large log
	@$(PYTHON) -m tests.harness.log $(if $(EVENTS),--events $(EVENTS)) $(if $(CHANGES),--changes $(CHANGES)) $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant)

.PHONY: harness-short harness-crash
harness-short: setup-test ## 各项证明的简短形式，CI 也做 / the short form of every harness, as CI runs it
	@$(PYTHON) -m tests.harness.short
harness-crash: setup-test ## 随机杀进程，KILLS=200 ENGINE= SEED= PLANT= / kill the running system at random moments and compare
	@for engine in $(or $(ENGINE),sqlite postgresql); do \
	  $(PYTHON) -m tests.harness.crash --engine $$engine --kills $(or $(KILLS),200) $(if $(SEED),--seed $(SEED)) \
	    $(if $(PLANT),--plant $(PLANT)) $(if $(JSON),--json $(JSON)) || exit 1; done

.PHONY: harness-backup
harness-backup: setup-test ## 备份集随机损坏须全部发现、强行终止、恢复演练，TRIALS=2000 KILLS=200 RESTORES=100 DRILLS=5 ENGINE= SEED= PLANT=1 / damage, kills, drills
	@$(PYTHON) -m tests.harness.backup --prove $(if $(TRIALS),--trials $(TRIALS)) $(if $(KILLS),--kills $(KILLS)) $(if $(RESTORES),--restores $(RESTORES)) $(if $(DRILLS),--drills $(DRILLS)) $(if $(ENGINE),--engine $(ENGINE)) $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant)

.PHONY: harness-fixity
harness-fixity: setup-test ## 在存储的文件中植入损坏，须全部发现、指名并从备份修复，FILES=20000 FAULTS=1000 ENGINE= SEED= PLANT=1 / planted faults in stored files
	@$(PYTHON) -m tests.harness.fixity --prove $(if $(FILES),--files $(FILES)) $(if $(FAULTS),--faults $(FAULTS)) $(if $(ENGINE),--engine $(ENGINE)) $(if $(SEED),--seed $(SEED)) $(if $(PLANT),--plant)

#@ 养护 / upkeep
.PHONY: format lock messages bench clean
format: setup-test ## 整理代码格式 / format the code
	@$(PYTHON) -m ruff check --fix --quiet . ; $(PYTHON) -m ruff format --quiet .
lock: setup-test ## 由 pyproject.toml 重新锁定组件版本 / lock the packages anew
	@$(PYTHON) -m tools.lock
messages: setup-test ## 收集界面文字 / collect screen texts into the catalogue
	@$(PYTHON) tools/messages.py update
bench: setup ## 与同一引擎的裸 SQL 对比速度 / measure against raw SQL of the same engine
	@for what in import search pages; do .venv/bin/kedang bench $$what --json || exit 1; done
clean: ## 删除准备时生成的一切（不动数据）/ remove what set-up made, never data
	@rm -rf .venv build node_modules .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
