ALTER TABLE spans DROP PART '$part'
