#!/bin/sh
# Runs once, when the database container makes its cluster: the owner of the tables, and the role that works in them.
set -eu
psql -v ON_ERROR_STOP=1 -v owner="$(cat /run/secrets/owner_password)" -v app="$(cat /run/secrets/app_password)" \
    -U postgres -d postgres <<'SQL'
CREATE ROLE tab_owner LOGIN CREATEDB CREATEROLE PASSWORD :'owner';
CREATE ROLE tab_app LOGIN PASSWORD :'app';
GRANT tab_app TO tab_owner WITH ADMIN OPTION;
CREATE DATABASE there_and_back OWNER tab_owner;
SQL
